using System.Text.Json;
using KvCompose.Conformance.Comparing;
using KvCompose.Conformance.Reading;
using KvCompose.Conformance.Running;
using KvCompose.Reference;

namespace KvCompose.Conformance.Kinds.Cake;

/// <summary>Budgets and lengths of every stage from given preferences.</summary>
public sealed class CakeLedgerKind : VectorKind
{
    /// <inheritdoc/>
    public override string Name => "ledger";

    /// <inheritdoc/>
    public override bool Handles(VectorFile file) => file.Kind == Name;

    /// <inheritdoc/>
    protected override void Check(JsonElement @case)
    {
        int layers = @case.Int("layers"), tokens = @case.Int("seq_len"), window = @case.Int("window");
        var ledger = new CakeLedger(CakeLedgerMode.ReferenceExact, @case.Int("cache_size"), window);
        Expect.Equal(@case.Int("total"), ledger.UniformBudget * layers, "total");
        Expect.Equal(@case.Int("cap"), tokens - window, "cap");
        float[] preferences = [.. @case.Numbers("P").Select(preference => (float)preference)];
        JsonElement[] stages = @case.List("stages");
        Expect.Equal(stages.Length, layers, "layers");
        var cascade = new CakeCascade(ledger, layers, tokens);
        double[][] equalScores = [new double[tokens - window]];
        for (int layer = 0; layer < layers; layer++)
        {
            CakeStages.Step(cascade, ledger, layers, tokens, preferences.AsSpan(0, layer + 1), equalScores, stages[layer]);
        }
    }
}
