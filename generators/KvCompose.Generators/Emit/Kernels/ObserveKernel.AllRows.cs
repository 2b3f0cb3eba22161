using KvCompose.Generators.Emit.Statistics;
using KvCompose.Generators.Planning;
using KvCompose.Shared;

namespace KvCompose.Generators.Emit.Kernels;

/// <summary>
/// Writes what each key collects from every row that sees it. Probabilities are made again from the rows' log-sum-exp, so that time
/// is quadratic and memory is not; a tile begins with the rows of its own tokens, for no earlier one sees it.
/// </summary>
internal static partial class ObserveKernel
{
    private static void WriteAllRows(KernelWriter writer, PipelinePlan plan, KernelPlan kernels)
    {
        ObservedStatistic[] statistics = [.. plan.Observation.In(StatisticPass.AllRows)];
        writer.Line();
        writer.Line("// All rows from the group's first token on.");
        using (writer.Block("for (int member = 0; member < GroupSize; member++)"))
        {
            writer.Line("long pair = (long)head * GroupSize + member;");
            WriteLocals(writer, statistics);
            using (writer.Block($"for (int firstRow = Grid.IdxX * {KernelPlan.Warps * KernelPlan.TileTokens}; firstRow < count; firstRow += RowsAtOnce)"))
            {
                writer.Barrier();
                RowsOfQueries.All.WriteLoad(writer, plan, kernels);
                writer.Line();
                writer.Barrier();
                using (writer.Block("if (present)"))
                {
                    TileScores.WritePlace(writer);
                    TileScores.Write(writer, plan, kernels, kernels.RowsAtOnce);
                    writer.Line();
                    writer.Line("// Probabilities of the rows that see the token.");
                    for (int row = 0; row < kernels.RowsAtOnce; row++)
                    {
                        string own = CSharpLiteral.Of(row), number = Expression.Plus("firstRow", row);
                        using (writer.Block($"if (token <= {number} && {number} < count)"))
                        {
                            writer.Line($"float log{own} = score{own} - allLogSumExp[pair * stride + {number}];");
                            writer.Line($"float a{own} = XMath.Exp(log{own});");
                            foreach (RowFormula formula in statistics.Select(RowFormula.Of))
                            {
                                formula.WriteRow(writer, own, Expression.Plus(number, 1));
                            }
                        }
                    }
                }
            }

            writer.Line();
            WriteStores(writer, statistics, "pair");
        }
    }
}
