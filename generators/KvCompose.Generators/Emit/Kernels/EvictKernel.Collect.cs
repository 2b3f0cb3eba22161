using KvCompose.Generators.Planning;

namespace KvCompose.Generators.Emit.Kernels;

/// <summary>Writes what an eviction adds where tokens collect attention, and where they stand in no line.</summary>
internal static partial class EvictKernel
{
    private static void WriteCollect(KernelWriter writer, PipelinePlan plan)
    {
        writer.Line("// Collect: every token adds the probability that the group gave it.");
        using (writer.Block($"for (int slot = thread; slot < count; slot += {KernelPlan.Threads})"))
        {
            writer.Line("float given = 0;");
            using (writer.Block("for (int member = 0; member < GroupSize; member++)"))
            {
                writer.Line("float probability = XMath.Exp(logits[((long)head * GroupSize + member) * stride + slot] - normalisers[member]);");
                writer.Line(plan.Prefill.Reduction == GroupReduction.Max ? "given = XMath.Max(given, probability);" : "given += probability;");
            }

            if (plan.Prefill.Reduction == GroupReduction.Mean && plan.GroupSize > 1)
            {
                writer.Line("given *= 1f / GroupSize;");
            }

            writer.Line("""
                probabilities[row + slot] = given;
                pool[pageTable[tableStart[head] + slot / PageTokens] * (long)PageFloats + PageCollected + slot % PageTokens] += given;
                """);
        }

        writer.Line();
        using (writer.Block("if (count <= budget)"))
        {
            writer.Return();
        }

        writer.Line();
        writer.Barrier();
    }

    private static void WriteSlots(KernelWriter writer)
    {
        writer.Line($$"""
            // Slots of the candidates; −1 stands for sinks, window and what has left.
            int candidates = count;
            for (int slot = thread; slot < count; slot += {{KernelPlan.Threads}})
            {
                int position = words[pageTable[tableStart[head] + slot / PageTokens] * (long)PageFloats + PagePositions + slot % PageTokens];
                line[row + slot] = position >= Sinks && position <= stepPositions[head] - Window ? slot : -1;
            }

            """);
        writer.Barrier();
    }

    private static void WriteCrossOut(KernelWriter writer)
    {
        writer.Line("count--;");
        using (writer.Block("if (thread == 0)"))
        {
            writer.Line("line[row + leaving] = -1;");
        }

        writer.Line();
        writer.Barrier();
    }
}
