using KvCompose.Generators.Emit.Kernels;
using KvCompose.Generators.Planning;
using KvCompose.Shared;

namespace KvCompose.Generators.Emit.Statistics;

/// <summary>
/// How a statistic of attention grows row by row: for the loops 16 keys at a time, for kernels one key a lane. At hand are, of every row <c>i</c>, its
/// probability (<c>p0</c>, in kernels <c>a0</c>) and the logarithm of that (<c>dot0</c> of base 2, in kernels <c>log0</c>).
/// </summary>
internal abstract class RowFormula
{
    /// <summary>The formula of a statistic.</summary>
    public static RowFormula Of(ObservedStatistic statistic) => statistic.Statistic switch
    {
        AttentionStatistics.WindowSum or AttentionStatistics.AllRowsSum or AttentionStatistics.AllRowsMean => SumFormula.Instance,
        AttentionStatistics.WindowVariance => VarianceFormula.Instance,
        AttentionStatistics.LayerEntropy => EntropyFormula.Instance,
        _ => throw new InvalidOperationException($"{statistic.Statistic} is no statistic of rows."),
    };

    /// <summary>The formulas of all statistics of attention, each once.</summary>
    public static RowFormula[] AllOf(ObservationPlan plan)
        => [.. plan.Statistics.Where(static statistic => statistic.Pass is StatisticPass.Window or StatisticPass.AllRows).Select(Of).Distinct()];

    /// <summary>The fields of <c>ObservedTile</c> that keep what earlier rows have added up to.</summary>
    public abstract string Fields { get; }

    /// <summary>What a tile has come to under one query head: 16 floats of an <c>ObservedTile</c> called <c>totals</c>.</summary>
    public abstract string Value { get; }

    /// <summary>The variable of a kernel that this statistic grows in, and of the loops where query heads share it.</summary>
    public abstract string Local { get; }

    /// <summary>Further variables of a kernel.</summary>
    public virtual string[] MoreLocals => [];

    /// <summary>What a lane's key has come to under one query head.</summary>
    public virtual string LocalValue => Local;

    /// <summary>Adds some rows to <c>totals</c>, whose fields hold what earlier ones add up to. Their sum is <c>sum</c>.</summary>
    public abstract void WriteRows(SourceWriter writer, int rows);

    /// <summary>Adds one row in a kernel; <paramref name="number"/> is how many rows there are then.</summary>
    public abstract void WriteRow(KernelWriter writer, string row, string number);
}
