using System.Text.Json;
using KvCompose.Conformance.Comparing;
using KvCompose.Conformance.Reading;
using KvCompose.Reference;

namespace KvCompose.Conformance.Kinds.Cake;

/// <summary>Compares a cascade, stage by stage, with the <c>stages</c> of a ledger or pipeline case.</summary>
internal static class CakeStages
{
    /// <summary>Adds the next layer, then compares budgets and lengths of all layers so far with stage m.</summary>
    public static void Step(
        CakeCascade cascade,
        CakeLedger ledger,
        int layers,
        int tokens,
        ReadOnlySpan<float> preferences,
        IReadOnlyList<double[]> scores,
        JsonElement stage)
    {
        int soFar = preferences.Length;
        cascade.Add(preferences[^1], tokens, scores);
        string name = $"stages[{soFar - 1}]";
        Expect.Equal(stage.Optional("raw_budgets") is not null, ledger.Evicts(tokens), $"{name}, whether the prefill evicts");
        if (stage.Optional("raw_budgets") is { } raw)
        {
            int total = ledger.UniformBudget * layers;
            var caps = new int[soFar];
            Array.Fill(caps, tokens - ledger.Window);
            int[] budgets = CakePublishedRounding.Adjust(CakePublishedRounding.Truncate(preferences.ToArray(), total), caps, total);
            Expect.Equal<int>(raw.AsInts("raw_budgets"), budgets, $"{name}.raw_budgets");
        }

        Expect.Equal(stage.Ints("layer_budget"), cascade.Budgets, $"{name}.layer_budget");
        Expect.Equal(stage.Ints("kept"), cascade.Kept, $"{name}.kept");
    }
}
