using System.Text.Json;
using KvCompose.Conformance.Reading;
using KvCompose.Conformance.Running;
using KvCompose.Reference.Presses.Replaying;

namespace KvCompose.Conformance.Kinds.KvPress;

/// <summary>The published method KVCompose on a whole model.</summary>
public sealed class KvComposeKind : FolderKind
{
    /// <inheritdoc/>
    public override string Name => "kvcompose";

    /// <inheritdoc/>
    protected override void Check(JsonElement @case, string folder)
    {
        var args = new PressArguments(Name, @case.Field("press").Optional("args"));
        var method = new KvComposeScores(
            Maximum(args, "agg_task", "max"),
            Maximum(args, "agg_group", "mean"),
            Maximum(args, "agg_head", "mean"),
            args.Flag("add_v_norm", false),
            args.Flag("add_mean_across_heads", true),
            args.Int("keep_token_lower_bound", 0),
            args.Flag("structured", true));
        args.Complete();
        var prompt = new PromptRun(@case, folder);
        double[][][] scores = method.Score(
            prompt.Transformer, prompt.Ids.Length, prompt.Cache, [.. @case.List("prompts").Select(task => task.AsInts("prompts"))]);
        PressCheck.Scores(@case.Tensor("scores").Doubles(), PressCheck.Flat(scores), null, "scores");
        ReplayRuns.Check(@case, prompt, ratio => method.Select(scores, ratio));
    }

    private static bool Maximum(PressArguments args, string name, string fallback) => args.Text(name, fallback) switch
    {
        "max" => true,
        "mean" => false,
        var other => throw new VectorFormatException($"'{name}' is neither max nor mean but '{other}'"),
    };
}
