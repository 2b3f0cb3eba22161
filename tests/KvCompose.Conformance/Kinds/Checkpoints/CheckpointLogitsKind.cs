using System.Text.Json;
using KvCompose.Conformance.Comparing;
using KvCompose.Conformance.Reading;
using KvCompose.Models;
using KvCompose.Models.Networks;

namespace KvCompose.Conformance.Kinds.Checkpoints;

/// <summary>Some logits after a prompt of 1 to 3,000 tokens.</summary>
public sealed class CheckpointLogitsKind : CheckpointKind
{
    /// <inheritdoc/>
    public override string Name => "checkpoint.logits";

    /// <inheritdoc/>
    protected override void Check(JsonElement @case, LanguageModel model, PeerFigures figures)
    {
        using var decoder = new FullDecoder(model.Network);
        float[] logits = decoder.Append(@case.Ints("ids"), lastOnly: true);
        JsonElement top = @case.Field("top"), subset = @case.Field("subset");
        if (@case.Optional("llama_cpp") is { } peer)
        {
            float[] expected = subset.Tensor("logits").Data;
            int[] ids = IntTensor.Read(subset.Field("ids"));
            figures.Largest("largest difference of a logit of the subset", Distance(expected, [.. ids.Select(id => logits[id])]),
                Distance(expected, peer.Tensor("subset_logits").Data));
        }

        Compare(top.Ints("ids"), Numbers(top.Field("logits")), logits, "top");
        Compare(IntTensor.Read(subset.Field("ids")), subset.Tensor("logits").Data.Select(static value => (double)value).ToArray(), logits, "subset");
        Expect.Close(@case.Number("logsumexp"), LogSumExp(logits), 0, Tolerance, "logsumexp");
    }

    private static double Distance(float[] left, float[] right) => left.Zip(right, static (a, b) => (double)Math.Abs(a - b)).Max();

    private static double[] Numbers(JsonElement list) => list.ValueKind == JsonValueKind.Array
        ? [.. list.EnumerateArray().Select(value => value.AsNumber("logits"))]
        : [.. TensorReader.Read(list, "logits").Data.Select(static value => (double)value)];

    private static void Compare(int[] ids, double[] expected, float[] logits, string what)
    {
        Expect.Equal(ids.Length, expected.Length, $"ids of {what}");
        for (int i = 0; i < ids.Length; i++)
        {
            Expect.Close(expected[i], logits[ids[i]], 0, Tolerance, $"{what}, token {ids[i]}");
        }
    }
}
