using KvCompose.Generators.Planning;
using KvCompose.Shared;

namespace KvCompose.Generators.Emit.Kernels;

/// <summary>Writes the normalisers of the observed rows, so that the observation needs one exponential a probability.</summary>
internal static class LogSumExpKernel
{
    /// <summary>The kernel for the rows of the window.</summary>
    public const string OfWindow = "LogSumExpKernel";

    /// <summary>The kernel for all rows.</summary>
    public const string OfAllRows = "AllRowsLogSumExpKernel";

    public static Kernel Of(PipelinePlan plan, KernelPlan kernels, RowsOfQueries rows) => new(
        rows == RowsOfQueries.All ? OfAllRows : OfWindow,
        "Log-sum-exp of some observed rows of one query head over all keys that each row sees. Group (block of rows, query head of the group, head).",
        [
            KernelParameter.Pool, KernelParameter.PageTable, KernelParameter.TableStart, KernelParameter.Tokens, rows.Queries, rows.LogSumExp,
            .. rows == RowsOfQueries.All ? (KernelParameter[])[KernelParameter.Stride] : [],
        ],
        Synchronises: true,
        writer => WriteBody(writer, plan, kernels, rows));

    private static void WriteBody(KernelWriter writer, PipelinePlan plan, KernelPlan kernels, RowsOfQueries observed)
    {
        RowsOfQueries.WriteShared(writer, kernels);
        writer.Line($"ArrayView<float> warpStatistics = SharedMemory.Allocate<float>({KernelPlan.Warps} * RowsAtOnce * 2);");
        writer.Line("ArrayView<Float4> pool4 = pool.Cast<Float4>();");
        TileScores.WriteLane(writer, kernels);
        bool all = observed == RowsOfQueries.All;
        writer.Line($"""
            int firstRow = Grid.IdxX * RowsAtOnce;
            int head = Grid.IdxZ;
            long pair = (long)head * GroupSize + Grid.IdxY;
            int count = tokens[head];
            int rows = {(all ? "count" : "IntrinsicMath.Min(ObservedRows, count)")};
            """);
        if (all)
        {
            using (writer.Block("if (firstRow >= rows)"))
            {
                writer.Return();
            }

            writer.Line();
            writer.Line("int tiles = (IntrinsicMath.Min(firstRow + RowsAtOnce, count) + 15) / 16; // what no row sees is not looked at");
        }
        else
        {
            writer.Line("int tiles = (count + 15) / 16;");
        }

        observed.WriteLoad(writer, plan, kernels);
        writer.Line();
        writer.Barrier();
        for (int row = 0; row < kernels.RowsAtOnce; row++)
        {
            writer.Line($"float maximum{row} = float.NegativeInfinity, sum{row} = 0;");
        }

        using (writer.Block($"for (int tile = warp; tile < tiles; tile += {KernelPlan.Warps})"))
        {
            writer.Line("// Scores of 16 keys under every row.");
            TileScores.WritePlace(writer);
            TileScores.Write(writer, plan, kernels, kernels.RowsAtOnce);
            writer.Line();
            writer.Line("// Running log-sum-exp of each lane; a row sees the keys up to its own.");
            writer.Line("int seen = count - rows + firstRow - tile * 16;");
            for (int row = 0; row < kernels.RowsAtOnce; row++)
            {
                writer.Line($"float masked{row} = ownKey <= seen + {row} ? score{row} : float.NegativeInfinity;");
                WriteJoin(writer, row, $"masked{CSharpLiteral.Of(row)}", "1", "");
            }
        }

        writer.Line();
        writer.Line("// Lanes, then warps, are joined.");
        for (int row = 0; row < kernels.RowsAtOnce; row++)
        {
            foreach (int mask in TileScores.KeyMasks)
            {
                string suffix = $"{CSharpLiteral.Of(row)}Of{CSharpLiteral.Of(mask)}";
                writer.ShuffleXor("float", "maximum" + suffix, "maximum" + CSharpLiteral.Of(row), mask);
                writer.ShuffleXor("float", "sum" + suffix, "sum" + CSharpLiteral.Of(row), mask);
                WriteJoin(writer, row, "maximum" + suffix, "sum" + suffix, $"Of{CSharpLiteral.Of(mask)}");
            }

            using (writer.Block("if (lane == 0)"))
            {
                writer.Line($"warpStatistics[(warp * RowsAtOnce + {row}) * 2] = maximum{row};");
                writer.Line($"warpStatistics[(warp * RowsAtOnce + {row}) * 2 + 1] = sum{row};");
            }
        }

        writer.Barrier();
        using (writer.Block("if (thread < RowsAtOnce && firstRow + thread < rows)"))
        {
            for (int warp = 0; warp < KernelPlan.Warps; warp++)
            {
                writer.Line($"float top{warp} = warpStatistics[({warp} * RowsAtOnce + thread) * 2];");
            }

            writer.Line("float top = XMath.Max(XMath.Max(top0, top1), XMath.Max(top2, top3));");
            writer.Line("float total = 0;");
            for (int warp = 0; warp < KernelPlan.Warps; warp++)
            {
                writer.Line($"total += warpStatistics[({warp} * RowsAtOnce + thread) * 2 + 1] * XMath.Exp(top{warp} - top);");
            }

            writer.Line($"{observed.LogSumExp.Name}[pair * {observed.Room} + firstRow + thread] = top + XMath.Log(total);");
        }
    }

    /// <summary>Joins a maximum and a sum with the running ones; both may be of no key at all.</summary>
    private static void WriteJoin(KernelWriter writer, int row, string maximum, string sum, string suffix)
    {
        writer.Line($"float higher{row}{suffix} = XMath.Max(maximum{row}, {maximum});");
        writer.Line($"float shift{row}{suffix} = higher{row}{suffix} == float.NegativeInfinity ? 0 : higher{row}{suffix};");
        string other = sum == "1" ? "" : sum + " * ";
        writer.Line($"sum{row} = sum{row} * XMath.Exp(maximum{row} - shift{row}{suffix}) + {other}XMath.Exp({maximum} - shift{row}{suffix});");
        writer.Line($"maximum{row} = higher{row}{suffix};");
    }
}
