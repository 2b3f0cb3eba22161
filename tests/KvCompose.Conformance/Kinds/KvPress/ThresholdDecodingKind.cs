using System.Text.Json;
using KvCompose.Conformance.Reading;
using KvCompose.Conformance.Running;
using KvCompose.Reference.Presses;
using KvCompose.Reference.Presses.Decoding;
using KvCompose.Reference.Presses.Selecting;

namespace KvCompose.Conformance.Kinds.KvPress;

/// <summary>A threshold that goes on judging rows while decoding.</summary>
public sealed class ThresholdDecodingKind : FolderKind
{
    /// <inheritdoc/>
    public override string Name => "dms-decoding";

    /// <inheritdoc/>
    protected override void Check(JsonElement @case, string folder)
    {
        var args = new PressArguments(Name, @case.Field("press").Optional("args"));
        ThresholdPress press = PressReader.Threshold(PressScorers.Inner(args), args);
        args.Complete();
        var prompt = new PromptRun(@case, folder);
        PressCache cache = prompt.Cache;
        ThresholdDecoding[] states = [.. prompt.Layers.Select(_ => new ThresholdDecoding(press))];
        foreach (PressLayer layer in prompt.Layers)
        {
            cache.Apply(layer.Index, states[layer.Index].Prompt(layer));
        }

        PressCheck.Kept(@case.Field("after_prefill"), Positions(cache, states.Length), false, "after_prefill");
        int[] tokens = @case.Ints("continuation");
        Tensor logits = @case.Tensor("logits");
        for (int step = 0; step < tokens.Length; step++)
        {
            double[] row = prompt.Transformer.Run([tokens[step]], prompt.Ids.Length + step, cache, layer => cache.Apply(
                layer.Index, PressOutcome.Of(layer, states[layer.Index].Step(layer, LayerPositions(cache, layer.Index)))))[0];
            PressCheck.Logits(logits, step, row, "logits");
        }

        PressCheck.Kept(@case.Field("after_decode"), Positions(cache, states.Length), false, "after_decode");
    }

    private static int[][][] Positions(PressCache cache, int layers)
        => [.. Enumerable.Range(0, layers).Select(layer => LayerPositions(cache, layer))];

    private static int[][] LayerPositions(PressCache cache, int layer)
        => [.. cache.Layer(layer).Select(head => head.Select(row => row.Position).ToArray())];
}
