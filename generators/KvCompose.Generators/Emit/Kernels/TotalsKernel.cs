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

    /// <summary>Whether a pipeline has anything to sum.</summary>
    public static bool IsNeeded(PipelinePlan plan) => plan.ObservesEntropy || plan.ObservesVariance;

    private static IEnumerable<KernelParameter> Parameters(PipelinePlan plan)
    {
        yield return KernelParameter.Tokens;
        if (plan.ObservesVariance)
        {
            yield return KernelParameter.Floats("variances", "[heads][GroupSize][stride], WindowVariance of each token.");
        }

        if (plan.ObservesEntropy)
        {
            yield return KernelParameter.Floats("entropies", "[heads][stride], −Σ a·ln a over rows and query heads.");
        }

        yield return KernelParameter.Floats("totals", "[heads][2], receives entropy and variance; 0 for what is not observed.");
        yield return KernelParameter.Stride;
    }

    private static void WriteBody(KernelWriter writer, PipelinePlan plan)
    {
        writer.Line($"""
            var warps = SharedMemory.Allocate<float>({2 * KernelPlan.Warps});
            int thread = Group.IdxX;
            int warp = thread >> 5;
            int lane = thread & 31;
            int head = Grid.IdxX;
            int candidates = tokens[head] - Window;
            float entropy = 0;
            float variance = 0;
            """);
        using (writer.Block($"for (int token = thread; token < candidates; token += {KernelPlan.Threads})"))
        {
            if (plan.ObservesEntropy)
            {
                writer.Line("entropy += entropies[(long)head * stride + token];");
            }

            if (plan.ObservesVariance)
            {
                using (writer.Block("for (int member = 0; member < GroupSize; member++)"))
                {
                    writer.Line("variance += variances[((long)head * GroupSize + member) * stride + token];");
                }
            }
        }

        writer.Line();
        writer.Line("// Lanes, then warps, are joined.");
        for (int mask = 16; mask > 0; mask /= 2)
        {
            foreach (string sum in (string[])["entropy", "variance"])
            {
                string other = sum + CSharpLiteral.Of(mask);
                writer.ShuffleXor("float", other, sum, mask);
                writer.Line($"{sum} += {other};");
            }
        }

        using (writer.Block("if (lane == 0)"))
        {
            writer.Line("warps[2 * warp] = entropy;");
            writer.Line("warps[2 * warp + 1] = variance;");
        }

        writer.Line();
        writer.Barrier();
        using (writer.Block("if (thread < 2)"))
        {
            string sum = string.Join(" + ", Enumerable.Range(0, KernelPlan.Warps).Select(static warp => $"warps[{CSharpLiteral.Of(2 * warp)} + thread]"));
            writer.Line($"totals[2 * head + thread] = {sum};");
        }
    }
}
