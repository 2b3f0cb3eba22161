using System.Text.Json;
using KvCompose.Conformance.Comparing;
using KvCompose.Conformance.Reading;
using KvCompose.Conformance.Running;
using KvCompose.Reference.Presses;
using KvCompose.Reference.Presses.Selecting;

namespace KvCompose.Conformance.Kinds.KvPress;

/// <summary>The table of kept counts.</summary>
public sealed class KeptCountKind : VectorKind
{
    /// <inheritdoc/>
    public override string Name => "n-kept";

    /// <inheritdoc/>
    public override bool Handles(VectorFile file) => file.Kind == Name;

    /// <inheritdoc/>
    protected override void Check(JsonElement @case)
    {
        foreach (JsonElement row in @case.List("rows"))
        {
            JsonElement[] cells = row.AsList("rows");
            int rows = cells[0].AsInt("n");
            double ratio = cells[1].AsNumber("compression_ratio");
            Expect.Equal(cells[2].AsInt("n_kept"), KeptCount.Of(rows, ratio), $"n_kept of {rows} at {ratio}");
            Expect.Equal(cells[3].AsInt("truncated"), KeptCount.Truncated(rows, ratio), $"truncated product of {rows} at {ratio}");
        }
    }
}

/// <summary>The table of PyramidKV's layer budgets.</summary>
public sealed class PyramidBudgetsKind : VectorKind
{
    /// <inheritdoc/>
    public override string Name => "pyramid-budgets";

    /// <inheritdoc/>
    public override bool Handles(VectorFile file) => file.Kind == Name;

    /// <inheritdoc/>
    protected override void Check(JsonElement @case)
    {
        foreach ((int index, JsonElement row) in @case.List("rows").Index())
        {
            int layers = row.Int("layers");
            int[] budgets = [.. Enumerable.Range(0, layers).Select(layer => PyramidPress.Budget(
                row.Int("n"), row.Number("compression_ratio"), row.Int("window_size"), row.Number("beta"), layer, layers))];
            Expect.Equal<int>(row.Ints("budgets"), budgets, $"rows[{index}].budgets");
        }
    }
}
