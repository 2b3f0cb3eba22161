using System.Text.Json;
using KvCompose.Conformance.Comparing;
using KvCompose.Conformance.Reading;
using KvCompose.Conformance.Running;
using KvCompose.Reference;

namespace KvCompose.Conformance.Kinds.FastKv;

/// <summary>Integer budgets of the proportional mode, a row a case.</summary>
public sealed class FastKvCapacityTableKind : VectorKind
{
    private static readonly string[] Columns =
    [
        "n", "tsp_rate", "retain_rate", "capacity_layers_le_tsp", "tsp_len",
        "effective_retain_rate_layers_gt_tsp", "capacity_layers_gt_tsp",
    ];

    /// <inheritdoc/>
    public override string Name => "fastkv.capacity_table";

    /// <inheritdoc/>
    public override bool Handles(VectorFile file) =>
        file.Name.StartsWith("fastkv_capacity_table", StringComparison.Ordinal)
        || file.Root.Optional("columns") is { ValueKind: JsonValueKind.Array } columns
            && columns.EnumerateArray().Select(column => column.ToString()).SequenceEqual(Columns);

    /// <inheritdoc/>
    protected override IEnumerable<JsonElement> CasesIn(VectorFile file) =>
        file.Root.Optional("rows") is { ValueKind: JsonValueKind.Array } rows ? rows.EnumerateArray() : [];

    /// <inheritdoc/>
    protected override void Check(JsonElement @case)
    {
        JsonElement[] row = @case.AsList("row");
        if (row.Length != Columns.Length)
        {
            throw new VectorFormatException($"a row has {row.Length} columns, not {Columns.Length}");
        }

        double Value(int column) => row[column].AsNumber(Columns[column]);
        int tokens = row[0].AsInt("n");
        TokenBudget propagation = TokenBudget.Proportional(Value(1)), retention = TokenBudget.Proportional(Value(2));
        int propagated = propagation.Of(tokens);
        Expect.Equal((int)Value(3), retention.Of(tokens), $"n {tokens}, {Columns[3]}");
        Expect.Equal((int)Value(4), propagated, $"n {tokens}, {Columns[4]}");
        Expect.Equal(Value(5), Value(2) / Value(1), $"n {tokens}, {Columns[5]}");
        Expect.Equal((int)Value(6), retention.Of(propagated, Value(1)), $"n {tokens}, {Columns[6]}");
    }
}
