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

    /// <summary>The statistics that a pipeline observes, and whether each query head has its own row.</summary>
    public static IEnumerable<(string Name, string Property, bool PerQueryHead)> Statistics(PipelinePlan plan)
    {
        if (plan.ObservesWindow)
        {
            yield return ("sums", "WindowSum", true);
        }

        if (plan.ObservesVariance)
        {
            yield return ("variances", "WindowVariance", true);
        }

        if (plan.ObservesAllRows)
        {
            yield return ("allRows", "AllRowsSum", true);
        }

        if (plan.ObservesKeyNorm)
        {
            yield return ("norms", "KeyNorm", false);
        }
    }

    /// <summary>Whether a pipeline has anything to observe.</summary>
    public static bool IsNeeded(PipelinePlan plan) => Statistics(plan).Any();

    private static IEnumerable<KernelParameter> Parameters(PipelinePlan plan)
    {
        yield return KernelParameter.Pool;
        yield return KernelParameter.PageTable;
        yield return KernelParameter.TableStart;
        yield return KernelParameter.Tokens;
        if (plan.ObservesWindow)
        {
            yield return RowsOfQueries.Window.Queries;
            yield return RowsOfQueries.Window.LogSumExp;
        }

        if (plan.ObservesAllRows)
        {
            yield return RowsOfQueries.All.Queries;
            yield return RowsOfQueries.All.LogSumExp;
        }

        foreach ((string name, string property, bool perQueryHead) in Statistics(plan))
        {
            yield return KernelParameter.Floats(name, (perQueryHead ? "[heads][GroupSize][stride], " : "[heads][stride], ") + property + " of each token.");
        }

        if (plan.ObservesEntropy)
        {
            yield return KernelParameter.Floats("entropies", "[heads][stride], −Σ a·ln a over rows and query heads.");
        }

        yield return KernelParameter.Stride;
    }

    private static void WriteBody(KernelWriter writer, PipelinePlan plan, KernelPlan kernels)
    {
        if (plan.ObservesAttention)
        {
            RowsOfQueries.WriteShared(writer, kernels);
        }

        writer.Line("var pool4 = pool.Cast<Float4>();");
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
        if (plan.ObservesKeyNorm)
        {
            WriteNorms(writer, plan, kernels);
        }

        if (plan.ObservesWindow)
        {
            WriteWindow(writer, plan, kernels);
        }

        if (plan.ObservesAllRows)
        {
            WriteAllRows(writer, plan, kernels);
        }
    }

    private static void WriteNorms(KernelWriter writer, PipelinePlan plan, KernelPlan kernels)
    {
        writer.Line();
        writer.Line("// Key norms.");
        using (writer.Block("if (present)"))
        {
            TileScores.WritePlace(writer);
            TileScores.WriteNorm(writer, plan, kernels);
            using (writer.Block("if (kept)"))
            {
                writer.Line("norms[(long)head * stride + token] = norm;");
            }
        }
    }

    private static void WriteWindow(KernelWriter writer, PipelinePlan plan, KernelPlan kernels)
    {
        writer.Line();
        writer.Line("int rows = IntrinsicMath.Min(ObservedRows, count);");
        if (plan.ObservesEntropy)
        {
            writer.Line("float entropy = 0;");
        }

        using (writer.Block("for (int member = 0; member < GroupSize; member++)"))
        {
            writer.Line("long pair = (long)head * GroupSize + member;");
            writer.Line("float sum = 0;");
            if (plan.ObservesVariance)
            {
                writer.Line("float mean = 0;");
                writer.Line("float squares = 0;");
            }

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
                    writer.Line($"// Probabilities: the score less the row's log-sum-exp.");
                    for (int row = 0; row < kernels.RowsAtOnce; row++)
                    {
                        WriteRow(writer, plan, kernels, row);
                    }
                }
            }

            writer.Line();
            using (writer.Block("if (kept)"))
            {
                writer.Line("sums[pair * stride + token] = sum;");
                if (plan.ObservesVariance)
                {
                    writer.Line("variances[pair * stride + token] = squares / IntrinsicMath.Max(1, rows - 1);");
                }
            }
        }

        if (plan.ObservesEntropy)
        {
            writer.Line();
            using (writer.Block("if (kept)"))
            {
                writer.Line("entropies[(long)head * stride + token] = entropy;");
            }
        }
    }

    private static void WriteRow(KernelWriter writer, PipelinePlan plan, KernelPlan kernels, int row)
    {
        // Rows beyond the last one exist only in the last block, and where a prompt may be shorter than the observed rows.
        bool maybeAbsent = RowsOfQueries.Window.IsRagged(plan, kernels) || plan.MasksObservation;
        if (maybeAbsent)
        {
            using (writer.Block($"if (firstRow + {row} < rows)"))
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
        writer.Line($"float log{row} = score{row} - logSumExp[pair * ObservedRows + firstRow + {row}];");
        string probability = $"XMath.Exp(log{CSharpLiteral.Of(row)})";
        writer.Line(plan.MasksObservation
            ? $"float a{CSharpLiteral.Of(row)} = token <= count - rows + firstRow + {CSharpLiteral.Of(row)} ? {probability} : 0;"
            : $"float a{CSharpLiteral.Of(row)} = {probability};");
        writer.Line($"sum += a{row};");
        if (plan.ObservesEntropy)
        {
            writer.Line($"entropy -= a{row} * log{row};");
        }

        if (plan.ObservesVariance)
        {
            // Welford's update: no difference of large sums.
            writer.Line($"float apart{row} = a{row} - mean;");
            writer.Line($"mean += apart{row} / (firstRow + {row + 1});");
            writer.Line($"squares += apart{row} * (a{row} - mean);");
        }
    }
}
