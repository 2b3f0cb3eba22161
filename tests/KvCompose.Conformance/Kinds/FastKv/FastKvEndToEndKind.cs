using System.Text.Json;
using KvCompose.Conformance.Comparing;
using KvCompose.Conformance.Reading;
using KvCompose.Reference;

namespace KvCompose.Conformance.Kinds.FastKv;

/// <summary>FastKV in a whole tiny model: caches, positions and logits of prefill and decode.</summary>
public sealed class FastKvEndToEndKind : SelectorKind
{
    /// <inheritdoc/>
    public override string Name => "fastkv.e2e";

    /// <inheritdoc/>
    protected override void Check(JsonElement @case)
    {
        JsonElement parameters = @case.Field("params"), expected = @case.Field("expected");
        PlainModel model = TinyModel.Shape(@case.Field("model"));
        IReadOnlyDictionary<string, double[]> weights = TinyModel.Weights(@case);
        int[] prompt = @case.Ints("prompt_ids");
        double tolerance = @case.Optional("tolerance")?.Number("logits_abs", 2e-4) ?? 2e-4;
        FastKvSelector selector;
        var compressed = new PlainTransformer(model, weights);
        double[] logits;
        try
        {
            selector = new FastKvSelector(
                model.Heads, FastKvPlans.Read(parameters, parameters.Optional("tsp_idx")?.AsInt("tsp_idx")), prompt.Length);
            logits = compressed.Prefill(prompt, selector);
        }
        catch (ArgumentException) when (expected.Optional("error") is not null)
        {
            return;
        }

        if (expected.Optional("error") is not null)
        {
            int window = parameters.Int("window"), cutLayer = parameters.Int("tsp_idx", -1);
            TokenBudget? propagation = FastKvPlans.Read(parameters, cutLayer).Points.FirstOrDefault()?.Budget;
            bool fellBack = selector.Decisions.Index().Any(decision => FastKvOutcome.IsFallback(
                decision.Item.Layer, window, decision.Index == cutLayer ? propagation : null));
            Expect.True(fellBack, "the published code raises an error, but a selection was made in every layer");
            return;
        }

        Layers(expected, selector);
        Expect.Close(expected.Tensor("prefill_logits").Doubles(), logits, 0, tolerance, "prefill_logits");
        Decode(expected, compressed, logits, prompt.Length, tolerance);
        FullCache(expected, new PlainTransformer(model, weights), prompt, tolerance);
    }

    private static void Layers(JsonElement expected, FastKvSelector selector)
    {
        JsonElement[] layers = expected.List("layers");
        Expect.Equal(layers.Length, selector.Decisions.Count, "layers");
        for (int layer = 0; layer < layers.Length; layer++)
        {
            (int[] positions, FastKvLayer decision) = selector.Decisions[layer];
            FastKvOutcome.Check(layers[layer], decision, positions);
            Expect.Equal(layers[layer].Optional("tsp_positions") is not null, decision.Propagated is not null, $"cut at layer {layer}");
        }

        // One table of rotary positions serves all layers that the same tokens reach.
        int[][] tables = [.. selector.Decisions.Select(decision => decision.Positions).Distinct()];
        JsonElement[] expectedTables = expected.Optional("rope_position_tables")?.AsList("rope_position_tables") ?? [];
        for (int table = 0; table < Math.Min(tables.Length, expectedTables.Length); table++)
        {
            Expect.Equal(expectedTables[table].Int("len"), tables[table].Length, $"rope_position_tables[{table}].len");
            Expect.Equal(expectedTables[table].Int("first"), tables[table][0], $"rope_position_tables[{table}].first");
            Expect.Equal(expectedTables[table].Int("last"), tables[table][^1], $"rope_position_tables[{table}].last");
        }
    }

    private static void Decode(JsonElement expected, PlainTransformer model, double[] logits, int position, double tolerance)
    {
        int[] fed = expected.Ints("decode_tokens_fed");
        int[] positions = expected.Optional("decode_positions")?.AsInts("decode_positions") ?? [.. Enumerable.Range(position, fed.Length)];
        Tensor decoded = expected.Tensor("decode_logits");
        for (int step = 0; step < fed.Length; step++)
        {
            Greedy(fed[step], logits, tolerance, $"decode_tokens_fed[{step}]");
            Expect.Equal(positions[step], position + step, $"decode_positions[{step}]");
            logits = model.Decode(fed[step], position + step);
            Expect.Close(decoded.Doubles(step), logits, 0, tolerance, $"decode_logits[{step}]");
        }

        int[] lengths = expected.Optional("cache_len_after_decode")?.AsInts("cache_len_after_decode") ?? [];
        for (int layer = 0; layer < lengths.Length; layer++)
        {
            Array.ForEach(model.CacheLengths(layer), length => Expect.Equal(lengths[layer], length, $"cache_len_after_decode[{layer}]"));
        }
    }

    private static void FullCache(JsonElement expected, PlainTransformer model, int[] prompt, double tolerance)
    {
        if (expected.Optional("full_kv_prefill_logits") is null)
        {
            return;
        }

        double[] logits = model.Prefill(prompt);
        Expect.Close(expected.Tensor("full_kv_prefill_logits").Doubles(), logits, 0, tolerance, "full_kv_prefill_logits");
        int[] tokens = expected.Optional("full_kv_decode_tokens")?.AsInts("full_kv_decode_tokens") ?? [];
        for (int step = 0; step < tokens.Length; step++)
        {
            Greedy(tokens[step], logits, tolerance, $"full_kv_decode_tokens[{step}]");
            logits = model.Decode(tokens[step], prompt.Length + step);
        }
    }

    /// <summary>The expected token has the highest logit, up to what the tolerance allows two logits to swap.</summary>
    private static void Greedy(int expected, double[] logits, double tolerance, string what) => Expect.True(
        expected >= 0 && expected < logits.Length && logits[expected] >= logits.Max() - 2 * tolerance,
        $"{what}: expected {expected}, the highest logit is that of {Array.IndexOf(logits, logits.Max())}");
}
