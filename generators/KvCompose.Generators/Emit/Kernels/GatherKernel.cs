using KvCompose.Generators.Planning;

namespace KvCompose.Generators.Emit.Kernels;

/// <summary>Writes the copy of the kept rows, with their positions, into pages of their own.</summary>
internal static class GatherKernel
{
    public static Kernel Of(PipelinePlan plan) => new(
        "GatherKernel",
        "Fills one page with kept rows. Group (target page of the head, head).",
        [.. Parameters(plan)],
        Synchronises: true,
        writer => WriteBody(writer, plan));

    private static KernelParameter[] Parameters(PipelinePlan plan) =>
    [
        KernelParameter.Floats("pool", "[pages][PageFloats], sources and targets."),
        KernelParameter.Ints("sourceTable", "Page ids of the sources; the tables of all heads one after another."),
        KernelParameter.Ints("sourceStart", "[heads], where a head's source table begins."),
        KernelParameter.Ints("targetTable", "Page ids of the targets, none of which is a source."),
        KernelParameter.Ints("targetStart", "[heads], where a head's target table begins."),
        KernelParameter.Ints("kept", "[heads], tokens that a head keeps."),
        KernelParameter.Ints("indices", "[heads][stride], source rows in target order."),
        .. plan.Observation.Collects ? (KernelParameter[])[Scores] : [],
        KernelParameter.Stride,
    ];

    /// <summary>What the tokens have collected in the prompt, where they go on collecting.</summary>
    public static KernelParameter Scores { get; } = KernelParameter.Floats("scores", "[heads][stride], what each token has collected.");

    private static void WriteBody(KernelWriter writer, PipelinePlan plan)
    {
        writer.Line("""
            ArrayView<int> pages = SharedMemory.Allocate<int>(PageTokens);
            ArrayView<int> slots = SharedMemory.Allocate<int>(PageTokens);
            ArrayView<Float4> pool4 = pool.Cast<Float4>();
            int thread = Group.IdxX;
            int head = Grid.IdxY;
            int filled = IntrinsicMath.Min(kept[head] - Grid.IdxX * PageTokens, PageTokens);
            """);
        using (writer.Block("if (filled <= 0)"))
        {
            writer.Return();
        }

        writer.Line($$"""

            // Where the rows stand.
            for (int rank = thread; rank < filled; rank += {{KernelPlan.Threads}})
            {
                int token = indices[(long)head * stride + Grid.IdxX * PageTokens + rank];
                pages[rank] = sourceTable[sourceStart[head] + token / PageTokens];
                slots[rank] = token % PageTokens;
            }

            """);
        writer.Barrier();
        writer.Line($$"""
            long target = targetTable[targetStart[head] + Grid.IdxX];

            // Keys, element by element: neighbours in a target tile come from anywhere.
            for (int element = thread; element < PageTokens * HeadDim; element += {{KernelPlan.Threads}})
            {
                int rank = element / (16 * HeadDim) * 16 + (element & 15);
                if (rank < filled)
                {
                    int slot = slots[rank];
                    int dimension = element % (16 * HeadDim) / 16;
                    pool[target * PageFloats + element] = pool[pages[rank] * (long)PageFloats + slot / 16 * 16 * HeadDim + dimension * 16 + (slot & 15)];
                }
            }

            // Values, row by row.
            for (int element = thread; element < filled * Columns; element += {{KernelPlan.Threads}})
            {
                int rank = element / Columns;
                pool4[target * PageFloats4 + PageKeys4 + element] = pool4[pages[rank] * (long)PageFloats4 + PageKeys4 + slots[rank] * Columns + element % Columns];
            }

            // Positions.
            for (int rank = thread; rank < filled; rank += {{KernelPlan.Threads}})
            {
                pool[target * PageFloats + PagePositions + rank] = pool[pages[rank] * (long)PageFloats + PagePositions + slots[rank]];
            }
            """);
        if (plan.Pages.Layout.HasPerPageCounts)
        {
            writer.Line();
            using (writer.Block("if (thread == 0)"))
            {
                writer.Line("pool[target * PageFloats + PageCount] = Interop.IntAsFloat((uint)filled);");
            }
        }

        if (plan.Observation.Collects)
        {
            writer.Line($$"""

                // What they have collected.
                for (int rank = thread; rank < filled; rank += {{KernelPlan.Threads}})
                {
                    long row = (long)head * stride;
                    pool[target * PageFloats + PageCollected + rank] = scores[row + indices[row + Grid.IdxX * PageTokens + rank]];
                }
                """);
        }
    }
}
