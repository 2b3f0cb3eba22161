using KvCompose.Generators.Emit.Kernels;
using KvCompose.Shared;

namespace KvCompose.Generators.Emit.Statistics;

/// <summary>A key's part of the entropy of the rows, −Σ a·ln a.</summary>
internal sealed class EntropyFormula : RowFormula
{
    public static EntropyFormula Instance { get; } = new();

    public override string Fields => "public Vector512<float> Entropy;";

    public override string Value => "totals.Entropy";

    public override string Local => "entropy";

    public override void WriteRows(SourceWriter writer, int rows)
    {
        string entropy = string.Join("\n    + ", Enumerable.Range(0, rows).Select(static row => $"(p{CSharpLiteral.Of(row)} * dot{CSharpLiteral.Of(row)})"));
        writer.WriteLine($"totals.Entropy -= {(rows == 1 ? entropy : $"({entropy})")} * Vector512.Create(VectorExponential.Ln2);");
    }

    public override void WriteRow(KernelWriter writer, string row, string number) => writer.Line($"entropy -= a{row} * log{row};");
}
