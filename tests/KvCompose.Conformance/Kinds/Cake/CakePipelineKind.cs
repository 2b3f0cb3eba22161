using System.Text.Json;
using KvCompose.Conformance.Comparing;
using KvCompose.Conformance.Reading;
using KvCompose.Conformance.Running;
using KvCompose.Reference;

namespace KvCompose.Conformance.Kinds.Cake;

/// <summary>
/// Statistics, indicator, ledger, cascade and decode of a whole small model. The vectors keep one ledger for the rows of a
/// batch, so the statistics of the rows are added here; the framework itself gives every sequence its own.
/// </summary>
public sealed class CakePipelineKind : VectorKind
{
    private const double ResolvedOrder = 1e-6;

    /// <inheritdoc/>
    public override string Name => "pipeline";

    /// <inheritdoc/>
    public override bool Handles(VectorFile file) => file.Kind == Name;

    /// <inheritdoc/>
    protected override void Check(JsonElement @case)
    {
        var input = new CakePipelineCase(@case);
        JsonElement expected = @case.Field("expected");
        CakeLedger ledger = input.Options.Ledger();
        Expect.Equal(expected.Flag("prefill_evicts", false), ledger.Evicts(input.Tokens), "prefill_evicts");

        // Every KV head of every row is a head of the one cascade.
        var cascade = new CakeCascade(ledger, input.Layers, input.Tokens);
        var oneShot = new CakeCascade(ledger, input.Layers, input.Tokens, cascading: false);
        bool ordered = input.DecodeQueries is not null
            || @case.Optional("margins")?.Number("order_rel", 0) > ResolvedOrder;
        var preferences = new float[input.Layers];
        JsonElement[] stages = expected.List("stages");
        for (int layer = 0; layer < input.Layers; layer++)
        {
            CakeObservation[] rows = [.. Enumerable.Range(0, input.Batch).Select(row => input.Observe(layer, row))];
            preferences[layer] = Preference(rows, layer, input.Options, expected);
            double[][] scores = [.. rows.SelectMany(row => row.Scores)];
            CompareScores(scores, layer, input, expected);
            CakeStages.Step(cascade, ledger, input.Layers, input.Tokens, preferences.AsSpan(0, layer + 1), scores, stages[layer]);
            oneShot.Add(preferences[layer], input.Tokens, scores);
            if (expected.Optional("stage_positions") is { } positions)
            {
                JsonElement[] stage = positions.AsList("stage_positions");
                ComparePositions(cascade, stage[layer].AsList($"stage_positions[{layer}]"), ordered, $"stage_positions[{layer}]");
            }
        }

        ComparePositions(cascade, expected.List("final_positions"), ordered, "final_positions");
        CompareOneShot(cascade, oneShot, input, expected.Field("one_shot"));
        if (expected.Optional("decode") is { } decode)
        {
            CakeDecodeReplay.Compare(input, cascade, decode.AsList("decode"));
        }
    }

    private static float Preference(CakeObservation[] rows, int layer, CakeOptions options, JsonElement expected)
    {
        double entropy = rows.Sum(row => row.Entropy), variance = rows.Sum(row => row.Variance);
        float preference = CakePreference.Of(entropy, variance, options.Tau1, options.Tau2);
        Expect.Close(expected.Numbers("H")[layer], entropy, 1e-5, 1e-7, $"H[{layer}]");
        Expect.Close(expected.Numbers("V")[layer], variance, 1e-5, 1e-12, $"V[{layer}]");
        Expect.Close(expected.Numbers("P")[layer], preference, 1e-5 * Math.Max(1, 1 / options.Tau2), 1e-12, $"P[{layer}]");
        return preference;
    }

    private static void CompareScores(double[][] scores, int layer, CakePipelineCase input, JsonElement expected)
    {
        Tensor wanted = expected.Tensor("evict_score")
            .MustBe("evict_score", input.Layers, input.Batch, input.KvHeads, input.Tokens - input.Options.Window);
        for (int head = 0; head < scores.Length; head++)
        {
            Expect.Close(
                wanted.Doubles(layer, head / input.KvHeads, head % input.KvHeads),
                scores[head],
                2e-5,
                1e-9,
                $"evict_score[{layer}][{head}]");
        }
    }

    private static void ComparePositions(CakeCascade cascade, JsonElement[] expected, bool ordered, string what)
    {
        Expect.Equal(cascade.Count, expected.Length, $"{what}, layers");
        for (int layer = 0; layer < expected.Length; layer++)
        {
            int[][] heads = CakePositions.Heads(expected[layer], $"{what}[{layer}]");
            for (int head = 0; head < heads.Length; head++)
            {
                string name = $"{what}[{layer}][{head}]";
                int[] stored = cascade.Stored(layer, head);
                if (ordered)
                {
                    Expect.Equal<int>(heads[head], stored, name);
                }
                else
                {
                    Expect.SameSet(heads[head], stored, name);
                }
            }
        }
    }

    private static void CompareOneShot(CakeCascade cascade, CakeCascade oneShot, CakePipelineCase input, JsonElement expected)
    {
        Expect.Equal(expected.Ints("layer_budget"), oneShot.Budgets, "one_shot.layer_budget");
        Expect.Equal(expected.Ints("kept"), oneShot.Kept, "one_shot.kept");
        bool same = true;
        for (int layer = 0; layer < input.Layers; layer++)
        {
            for (int head = 0; head < input.Batch * input.KvHeads; head++)
            {
                same &= cascade.Stored(layer, head).Order().SequenceEqual(oneShot.Stored(layer, head).Order());
            }
        }

        Expect.Equal(expected.Flag("same_sets_as_cascade", true), same, "one_shot.same_sets_as_cascade");
    }
}
