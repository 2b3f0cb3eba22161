using System.Text.Json;
using KvCompose.Conformance.Reading;
using KvCompose.Reference.HeteroCache;

namespace KvCompose.Conformance.Kinds.HeteroCache;

/// <summary>Classification from attention rows.</summary>
public sealed class ProfileKind() : HeteroCacheKind("profile")
{
    /// <inheritdoc/>
    protected override void Check(JsonElement @case)
    {
        JsonElement config = @case.Field("config"), inputs = @case.Field("inputs");
        CalibrationStep[] steps = [.. inputs.Ints("steps").Select(step => new CalibrationStep(step,
            [.. inputs.Field("attn_last_row").List($"{step}").Select(layer => Important(config, TensorReader.Read(layer, $"{step}")))]))];
        CalibrationExpectation.Check(@case.Field("expected"), CalibrationExpectation.Run(config, steps), steps);
    }

    /// <summary>[head][sequence]: rows of a whole group belong to one head, unless the file already holds one row a head.</summary>
    private static int[][][] Important(JsonElement config, Tensor attention)
    {
        int batch = attention.Shape[0], saved = attention.Shape[1];
        int heads = saved == config.Int("Hq") ? config.Int("Hkv") : saved;
        int group = saved / heads;
        return [.. Enumerable.Range(0, heads).Select(head => Enumerable.Range(0, batch).Select(sequence => ImportantSet.Of(
            [.. Enumerable.Range(0, group).Select(member => attention.Slice(sequence, head * group + member).ToArray())],
            config.Int("prompt_len"), config.Int("topk"), PublishedDefects.ReferenceExact)).ToArray())];
    }
}
