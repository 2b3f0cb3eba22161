using KvCompose.Generators.Emit.Kernels;
using KvCompose.Shared;

namespace KvCompose.Generators.Emit.Statistics;

/// <summary>The sum of a key's probabilities.</summary>
internal sealed class SumFormula : RowFormula
{
    public static SumFormula Instance { get; } = new();

    public override string Fields => "public Vector512<float> Sum;";

    public override string Value => "totals.Sum";

    public override string Local => "sum";

    public override void WriteRows(SourceWriter writer, int rows) => writer.WriteLine("totals.Sum += sum;");

    public override void WriteRow(KernelWriter writer, string row, string number) => writer.Line($"sum += a{row};");
}
