using System.Text.Json;
using KvCompose.Conformance.Comparing;
using KvCompose.Conformance.Reading;
using KvCompose.Conformance.Running;
using KvCompose.Reference.Presses.Replaying;

namespace KvCompose.Conformance.Kinds.KvPress;

/// <summary>KVzip on a whole model.</summary>
public sealed class KvZipKind : FolderKind
{
    /// <inheritdoc/>
    public override string Name => "kvzip";

    /// <inheritdoc/>
    protected override void Check(JsonElement @case, string folder)
    {
        var args = new PressArguments(Name, @case.Field("press").Optional("args"));
        var replay = new KvZipReplay(
            @case.Ints("instruction_first"), @case.Ints("instruction_next"), @case.Ints("suffix"), @case.Int("prefix_length"),
                args.Int("chunk_size", 2048));
        var method = new KvZipScores(replay, args.Int("n_sink", 4), args.Flag("kvzip_plus_normalization", false));
        bool layerwise = args.Flag("layerwise", false);
        args.Complete();
        var prompt = new PromptRun(@case, folder);
        Pieces(@case, replay, prompt.Ids);
        double[][][] scores = method.Score(prompt.Transformer, prompt.Ids, prompt.Cache);
        PressCheck.Scores(@case.Tensor("scores").Doubles(), PressCheck.Flat(scores), null, "scores");
        ReplayRuns.Check(@case, prompt, ratio => KvZipScores.Select(scores, ratio, layerwise));
    }

    private static void Pieces(JsonElement @case, KvZipReplay replay, int[] ids)
    {
        (int First, int Length, int[] Tokens)[] pieces = [.. replay.Pieces(ids)];
        JsonElement[] chunks = @case.List("chunks");
        Expect.Equal(chunks.Length, pieces.Length, "chunks");
        for (int i = 0; i < chunks.Length; i++)
        {
            Expect.Equal(chunks[i].Int("length"), pieces[i].Length, $"chunks[{i}].length");
            Expect.Equal<int>(chunks[i].Ints("replay_ids"), pieces[i].Tokens, $"chunks[{i}].replay_ids");
        }
    }
}
