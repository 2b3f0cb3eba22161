using KvCompose.Generators.Emit.Kernels;
using KvCompose.Shared;

namespace KvCompose.Generators.Emit.Statistics;

/// <summary>The unbiased variance of a key's probabilities: squared deviations from the mean, joined block by block (Chan et al.) or row by row (Welford).</summary>
internal sealed class VarianceFormula : RowFormula
{
    public static VarianceFormula Instance { get; } = new();

    public override string Fields => "public Vector512<float> Squares;\npublic float Rows;";

    public override string Value => "(totals.Squares / Vector512.Create((float)Math.Max(1, Rows - 1)))";

    public override string Local => "squares";

    public override string[] MoreLocals => ["mean"];

    public override string LocalValue => "squares / IntrinsicMath.Max(1, rows - 1)";

    public override void WriteRows(SourceWriter writer, int rows)
    {
        writer.WriteLine();
        if (rows == 1)
        {
            writer.WriteLine("""
                // Squared deviation of this row, joined with those of the earlier ones (Chan et al.).
                Vector512<float> delta = totals.Rows == 0 ? Vector512<float>.Zero : sum - (totals.Sum / Vector512.Create(totals.Rows));
                totals.Squares += delta * delta * Vector512.Create(totals.Rows / (totals.Rows + 1));
                totals.Rows++;
                """);
            return;
        }

        string squares = string.Join(
            "\n    + ", Enumerable.Range(0, rows).Select(static row => $"((p{CSharpLiteral.Of(row)} - mean) * (p{CSharpLiteral.Of(row)} - mean))"));
        writer.WriteLine($"""
            // Squared deviations of these rows, joined with those of the earlier ones (Chan et al.).
            Vector512<float> mean = sum * Vector512.Create(1f / {rows});
            Vector512<float> delta = totals.Rows == 0 ? Vector512<float>.Zero : mean - (totals.Sum / Vector512.Create(totals.Rows));
            totals.Squares += {squares};
            totals.Squares += delta * delta * Vector512.Create(totals.Rows * {rows} / (totals.Rows + {rows}));
            totals.Rows += {rows};
            """);
    }

    public override void WriteRow(KernelWriter writer, string row, string number)
    {
        // Welford's update: no difference of large sums.
        writer.Line($"float delta{row} = a{row} - mean;");
        writer.Line($"mean += delta{row} / ({number});");
        writer.Line($"squares += delta{row} * (a{row} - mean);");
    }
}
