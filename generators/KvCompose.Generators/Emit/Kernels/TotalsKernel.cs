using KvCompose.Generators.Planning;
using KvCompose.Shared;

namespace KvCompose.Generators.Emit.Kernels;

/// <summary>Writes the sums of a head's statistics over the tokens before the window, of which a layer's entropy and variance are made.</summary>
internal static class TotalsKernel
{
    public static Kernel Of(PipelinePlan plan) => new(
        "TotalsKernel",
        "Entropy and variance of one key-value head, summed over its query heads and the tokens before the window. Group (head).",
        [.. Parameters(plan)],
        Synchronises: true,
        writer => WriteBody(writer, plan));

    private static LayerTotal[] All { get; } = [LayerTotal.Entropy, LayerTotal.Variance];

    /// <summary>Whether a pipeline has anything to sum.</summary>
    public static bool IsNeeded(PipelinePlan plan) => plan.Observation.Totalled.Any();

    private static IEnumerable<KernelParameter> Parameters(PipelinePlan plan)
    {
        yield return KernelParameter.Tokens;
        foreach (ObservedStatistic statistic in plan.Observation.Totalled)
        {
            yield return ObserveKernel.Parameter(statistic);
        }

        yield return KernelParameter.Floats("totals", "[heads][2], receives entropy and variance; 0 for what is not observed.");
        yield return KernelParameter.Stride;
    }

    private static void WriteBody(KernelWriter writer, PipelinePlan plan)
    {
        int count = All.Length;
        writer.Line($"""
            ArrayView<float> warps = SharedMemory.Allocate<float>({count * KernelPlan.Warps});
            int thread = Group.IdxX;
            int warp = thread >> 5;
            int lane = thread & 31;
            int head = Grid.IdxX;
            int candidates = tokens[head] - Window;
            """);
        foreach (LayerTotal total in All)
        {
            writer.Line($"float {NameOf(total)} = 0;");
        }

        using (writer.Block($"for (int token = thread; token < candidates; token += {KernelPlan.Threads})"))
        {
            foreach (ObservedStatistic statistic in plan.Observation.Totalled)
            {
                WriteToken(writer, statistic, NameOf(statistic.Total!.Value));
            }
        }

        writer.Line();
        writer.Line("// Lanes, then warps, are joined.");
        for (int mask = 16; mask > 0; mask /= 2)
        {
            foreach (string sum in All.Select(NameOf))
            {
                string other = sum + CSharpLiteral.Of(mask);
                writer.ShuffleXor("float", other, sum, mask);
                writer.Line($"{sum} += {other};");
            }
        }

        using (writer.Block("if (lane == 0)"))
        {
            for (int i = 0; i < count; i++)
            {
                writer.Line($"warps[{(i == 0 ? "" : CSharpLiteral.Of(i) + " + ")}{count} * warp] = {NameOf(All[i])};");
            }
        }

        writer.Line();
        writer.Barrier();
        using (writer.Block($"if (thread < {count})"))
        {
            string sum = string.Join(" + ", Enumerable.Range(0, KernelPlan.Warps).Select(warp => $"warps[{Expression.Plus("thread", count * warp)}]"));
            writer.Line($"totals[{count} * head + thread] = {sum};");
        }
    }

    private static void WriteToken(KernelWriter writer, ObservedStatistic statistic, string total)
    {
        if (!statistic.PerQueryHead)
        {
            writer.Line($"{total} += {statistic.LocalName}[(long)head * stride + token];");
            return;
        }

        using (writer.Block("for (int member = 0; member < GroupSize; member++)"))
        {
            writer.Line($"{total} += {statistic.LocalName}[((long)head * GroupSize + member) * stride + token];");
        }
    }

    private static string NameOf(LayerTotal total) => total.ToString().ToLowerInvariant();
}
