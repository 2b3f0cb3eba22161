using System.Text.Json;
using KvCompose.Conformance.Comparing;
using KvCompose.Conformance.Reading;
using KvCompose.Reference.HeteroCache;

namespace KvCompose.Conformance.Kinds.HeteroCache;

/// <summary>
/// A decode trace: checks, refreshes, pages and attention, as the published code has them. Where the file says what is intended
/// instead, that is run too: without defects A and B, and without C where C would not change a length.
/// </summary>
public sealed class DecodeKind() : HeteroCacheKind("decode")
{
    private const double AttentionTolerance = 1e-5;

    /// <inheritdoc/>
    protected override void Check(JsonElement @case)
    {
        var inputs = new RunInputs(@case);
        JsonElement expected = @case.Field("expected");
        var exact = new DecodeTrace(@case, inputs, PublishedDefects.ReferenceExact);
        PrefillExpectation.Check(@case, expected.Field("prefill"), inputs.Profile, exact.Layers);
        exact.Decode();
        CheckTrace(expected, exact, inputs.Profile);
        CheckPages(expected, exact);
        Tensor output = @case.Field("derived").Tensor("attn_out");
        Expect.Close(output.Doubles(), [.. exact.Outputs], 0, AttentionTolerance, "attn_out");

        if (@case.Optional("intended") is { } intended)
        {
            bool same = exact.Layers.All(layer => layer.Budget.Kept.AsSpan().SequenceEqual(layer.Budget.Capacity));
            var trace = new DecodeTrace(@case, inputs, same ? PublishedDefects.None : PublishedDefects.TwoPrecisions);
            trace.Decode();
            CheckTrace(intended, trace, inputs.Profile);
        }
    }

    private static void CheckTrace(JsonElement expected, DecodeTrace actual, HeadProfile profile)
    {
        JsonElement[] events = expected.List("events");
        Expect.Equal(events.Length, actual.Events.Count, "events");
        for (int i = 0; i < events.Length; i++)
        {
            CheckEvent(events[i], actual.Events[i].Layer, actual.Events[i].Check, profile);
        }

        foreach ((int layer, JsonElement heads) in expected.List("final_prompt_positions").Index())
        {
            foreach ((int head, JsonElement positions) in heads.AsList("final_prompt_positions").Index())
            {
                Expect.Equal<int>(positions.AsInts("final_prompt_positions"), actual.Layers[layer].PromptPositions(head),
                    $"final_prompt_positions[{layer}][{head}]");
            }
        }
    }

    private static void CheckEvent(JsonElement expected, int layer, DriftCheck actual, HeadProfile profile)
    {
        string what = $"step {actual.Step}, layer {layer}, star {actual.Star}";
        Expect.Equal((expected.Int("step"), expected.Int("layer"), expected.Int("pivot"), expected.Int("slot")),
            (actual.Step, layer, actual.Pivot, actual.Star), $"{what}: step, layer, pivot, slot");
        Expect.Equal(expected.Int("slot_ref_head"), actual.ReferenceHead, $"{what}: slot_ref_head");
        Expect.Close(expected.Numbers("coefficients"), actual.Coefficients, 0, 0, $"{what}: coefficients");
        Expect.Close(expected.Number("median", double.NaN), actual.Median, 0, 0, $"{what}: median");
        Expect.Equal(expected.Flag("trigger", false), actual.Refresh is not null, $"{what}: trigger");
        if (actual.Refresh is not { } refresh)
        {
            return;
        }

        Expect.Equal<int>(expected.Ints("ref_after"), refresh.Reference, $"{what}: ref_after");
        JsonElement fetched = expected.Field("fetched");
        foreach ((int index, int satellite) in profile.Stars[layer][actual.Star].Satellites.Index())
        {
            int[] positions = fetched.Optional($"{satellite}")?.AsInts("fetched") ?? [];
            Expect.Equal<int>(positions, refresh.Fetched[index], $"{what}: fetched for {satellite}");
        }
    }

    private static void CheckPages(JsonElement expected, DecodeTrace actual)
    {
        for (int layer = 0; layer < actual.Layers.Count; layer++)
        {
            HeteroLayer state = actual.Layers[layer];
            Expect.Equal<int>(
                expected.List("final_heads_len")[layer].AsInts("final_heads_len"), [.. state.Lengths], $"final_heads_len[{layer}]");
            foreach ((int head, JsonElement pages) in expected.List("final_block_table")[layer].AsList("final_block_table").Index())
            {
                Expect.Equal<int>(
                    pages.AsInts("final_block_table"), [.. state.Pages.PagesOf(head)], $"final_block_table[{layer}][{head}]");
            }
        }
    }
}
