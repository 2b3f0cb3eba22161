using KvCompose.Generators.Planning;

namespace KvCompose.Generators.Emit.Kernels;

/// <summary>
/// Writes what each key collects from every row that sees it. Probabilities are made anew from the rows' log-sum-exp, so that time
/// is quadratic and memory is not; a tile begins with the rows of its own tokens, for no earlier one sees it.
/// </summary>
internal static partial class ObserveKernel
{
    private static void WriteAllRows(KernelWriter writer, PipelinePlan plan, KernelPlan kernels)
    {
        writer.Line();
        writer.Line("// All rows from the group's first token on.");
        using (writer.Block("for (int member = 0; member < GroupSize; member++)"))
        {
            writer.Line("long pair = (long)head * GroupSize + member;");
            writer.Line("float collected = 0;");
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
                        using (writer.Block($"if (token <= firstRow + {row} && firstRow + {row} < count)"))
                        {
                            writer.Line($"collected += XMath.Exp(score{row} - allLogSumExp[pair * stride + firstRow + {row}]);");
                        }
                    }
                }
            }

            writer.Line();
            using (writer.Block("if (kept)"))
            {
                writer.Line("allRows[pair * stride + token] = collected;");
            }
        }
    }
}
