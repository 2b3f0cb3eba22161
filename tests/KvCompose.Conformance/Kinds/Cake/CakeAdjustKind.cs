using System.Text.Json;
using KvCompose.Conformance.Comparing;
using KvCompose.Conformance.Reading;
using KvCompose.Conformance.Running;
using KvCompose.Reference;

namespace KvCompose.Conformance.Kinds.Cake;

/// <summary>The rounding and redistribution of the exact ledger alone, without its final clamp.</summary>
public sealed class CakeAdjustKind : VectorKind
{
    /// <inheritdoc/>
    public override string Name => "adjust";

    /// <inheritdoc/>
    public override bool Handles(VectorFile file) => file.Kind == Name;

    /// <inheritdoc/>
    protected override void Check(JsonElement @case)
    {
        int[] budgets = [.. @case.Numbers("shares").Select(share => (int)share)];
        var caps = new int[budgets.Length];
        Array.Fill(caps, @case.Int("cap"));
        Expect.Equal<int>(@case.Ints("expected"), CakePublishedRounding.Adjust(budgets, caps, @case.Int("total")), "expected");
    }
}
