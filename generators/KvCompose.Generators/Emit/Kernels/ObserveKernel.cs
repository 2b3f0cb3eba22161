using KvCompose.Generators.Emit.Statistics;
using KvCompose.Generators.Planning;
using KvCompose.Shared;

namespace KvCompose.Generators.Emit.Kernels;

/// <summary>Writes the fused observation: every statistic that any stage asked for, in one walk over the key tiles.</summary>
internal static partial class ObserveKernel
{
    public static Kernel Of(PipelinePlan plan, KernelPlan kernels) => new(
        "ObserveKernel",
        $"All statistics of 64 tokens of one key-value head, a key tile a warp{StageScoreKernel.Scored(plan)}. Group (64 tokens, head).",
        [.. Parameters(plan)],
        Synchronises: true,
        writer => WriteBody(writer, plan, kernels));

    /// <summary>Whether a pipeline has anything to observe.</summary>
    public static bool IsNeeded(PipelinePlan plan) => plan.Observation.Statistics.Any();

    /// <summary>A statistic as a parameter of the kernels that write or read it.</summary>
    public static KernelParameter Parameter(ObservedStatistic statistic)
        => KernelParameter.Floats(statistic.LocalName, statistic.Shape + ", " + statistic.Meaning);

    private static IEnumerable<KernelParameter> Parameters(PipelinePlan plan)
    {
        yield return KernelParameter.Pool;
        yield return KernelParameter.PageTable;
        yield return KernelParameter.TableStart;
        yield return KernelParameter.Tokens;
        if (plan.Observation.ReadsWindow)
        {
            yield return RowsOfQueries.Window.Queries;
            yield return RowsOfQueries.Window.LogSumExp;
        }

        if (plan.Observation.ReadsAllRows)
        {
            yield return RowsOfQueries.All.Queries;
            yield return RowsOfQueries.All.LogSumExp;
        }

        foreach (ObservedStatistic statistic in plan.Observation.Statistics)
        {
            yield return Parameter(statistic);
        }

        yield return KernelParameter.Stride;
    }

    private static void WriteBody(KernelWriter writer, PipelinePlan plan, KernelPlan kernels)
    {
        if (plan.Observation.ReadsAttention)
        {
            RowsOfQueries.WriteShared(writer, kernels);
        }

        writer.Line("ArrayView<Float4> pool4 = pool.Cast<Float4>();");
        TileScores.WriteLane(writer, kernels);
        writer.Line($"""
            int head = Grid.IdxY;
            int count = tokens[head];
            int candidates = {StageScoreKernel.Candidates(plan)};
            """);
        using (writer.Block($"if (Grid.IdxX * {KernelPlan.Warps * KernelPlan.TileTokens} >= candidates)"))
        {
            writer.Return();
        }

        writer.Line($"""

            int tile = Grid.IdxX * {KernelPlan.Warps} + warp;
            int token = tile * 16 + ownKey;
            bool present = tile * 16 < candidates;
            bool kept = present && token < candidates && (lane & 4) == 0; // one lane a key
            """);
        foreach (ObservedStatistic statistic in plan.Observation.In(StatisticPass.Keys))
        {
            WriteOfKeys(writer, plan, kernels, statistic);
        }

        if (plan.Observation.ReadsWindow)
        {
            WriteWindow(writer, plan, kernels);
        }

        if (plan.Observation.ReadsAllRows)
        {
            WriteAllRows(writer, plan, kernels);
        }
    }

    private static void WriteOfKeys(KernelWriter writer, PipelinePlan plan, KernelPlan kernels, ObservedStatistic statistic)
    {
        KeyFormula formula = KeyFormula.Of(statistic);
        writer.Line();
        writer.Line($"// {statistic.Property} of each key.");
        using (writer.Block("if (present)"))
        {
            TileScores.WritePlace(writer);
            formula.WriteKernel(writer, plan, kernels);
            using (writer.Block("if (kept)"))
            {
                writer.Line($"{statistic.LocalName}[(long)head * stride + token] = {formula.Local};");
            }
        }
    }

    private static void WriteWindow(KernelWriter writer, PipelinePlan plan, KernelPlan kernels)
    {
        ObservedStatistic[] all = [.. plan.Observation.In(StatisticPass.Window)];
        ObservedStatistic[] own = [.. all.Where(static statistic => statistic.PerQueryHead)];
        ObservedStatistic[] shared = [.. all.Where(static statistic => !statistic.PerQueryHead)];
        writer.Line();
        writer.Line("int rows = IntrinsicMath.Min(ObservedRows, count);");
        WriteLocals(writer, shared);
        using (writer.Block("for (int member = 0; member < GroupSize; member++)"))
        {
            writer.Line("long pair = (long)head * GroupSize + member;");
            WriteLocals(writer, own);
            using (writer.Block("for (int firstRow = 0; firstRow < rows; firstRow += RowsAtOnce)"))
            {
                writer.Line("// A block of rows comes into shared memory.");
                writer.Barrier();
                RowsOfQueries.Window.WriteLoad(writer, plan, kernels);
                writer.Line();
                writer.Barrier();
                using (writer.Block("if (present)"))
                {
                    TileScores.WritePlace(writer);
                    TileScores.Write(writer, plan, kernels, kernels.RowsAtOnce);
                    writer.Line();
                    writer.Line("// Probabilities: the score less the row's log-sum-exp.");
                    for (int row = 0; row < kernels.RowsAtOnce; row++)
                    {
                        WriteRow(writer, plan, kernels, row);
                    }
                }
            }

            writer.Line();
            WriteStores(writer, own, "pair");
        }

        if (shared.Length > 0)
        {
            writer.Line();
            WriteStores(writer, shared, "(long)head");
        }
    }

    private static void WriteLocals(KernelWriter writer, IEnumerable<ObservedStatistic> statistics)
    {
        foreach (RowFormula formula in statistics.Select(RowFormula.Of).Distinct())
        {
            foreach (string local in formula.MoreLocals.Append(formula.Local))
            {
                writer.Line($"float {local} = 0;");
            }
        }
    }

    private static void WriteStores(KernelWriter writer, IEnumerable<ObservedStatistic> statistics, string row)
    {
        using (writer.Block("if (kept)"))
        {
            foreach (ObservedStatistic statistic in statistics)
            {
                string value = RowFormula.Of(statistic).LocalValue;
                writer.Line($"{statistic.LocalName}[{row} * stride + token] = {(statistic.IsMean ? $"{value} / (count - token)" : value)};");
            }
        }
    }

    private static void WriteRow(KernelWriter writer, PipelinePlan plan, KernelPlan kernels, int row)
    {
        // Rows beyond the last one exist only in the last block, and where a prompt may be shorter than the observed rows.
        bool maybeAbsent = RowsOfQueries.Window.IsRagged(plan, kernels) || plan.Observation.Masks;
        if (maybeAbsent)
        {
            using (writer.Block($"if ({Expression.Plus("firstRow", row)} < rows)"))
            {
                WriteStatistics(writer, plan, row);
            }
        }
        else
        {
            WriteStatistics(writer, plan, row);
        }
    }

    private static void WriteStatistics(KernelWriter writer, PipelinePlan plan, int row)
    {
        string own = CSharpLiteral.Of(row);
        writer.Line($"float log{own} = score{own} - logSumExp[pair * ObservedRows + {Expression.Plus("firstRow", row)}];");
        string probability = $"XMath.Exp(log{own})";
        writer.Line(plan.Observation.Masks
            ? $"float a{own} = token <= count - rows + {Expression.Plus("firstRow", row)} ? {probability} : 0;"
            : $"float a{own} = {probability};");
        foreach (RowFormula formula in plan.Observation.In(StatisticPass.Window).Select(RowFormula.Of))
        {
            formula.WriteRow(writer, own, Expression.Plus("firstRow", row + 1));
        }
    }
}
