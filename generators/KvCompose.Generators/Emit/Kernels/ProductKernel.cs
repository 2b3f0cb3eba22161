using KvCompose.Generators.Planning;

namespace KvCompose.Generators.Emit.Kernels;

/// <summary>
/// Writes what the last row of a prompt finds in every key: raw products, summed over all query heads. A group's queries are
/// summed first, so that a key is multiplied once.
/// </summary>
internal static class ProductKernel
{
    public static Kernel Of(PipelinePlan plan, KernelPlan kernels) => new(
        "ProductKernel",
        "Products of the last query with 64 keys of one sequence, a key tile a warp, summed over its query heads. Group (64 tokens, sequence).",
        [
            KernelParameter.Pool,
            KernelParameter.PageTable,
            KernelParameter.TableStart,
            KernelParameter.Tokens,
            KernelParameter.Floats("lastQueries", "[sequences][heads][GroupSize][HeadDim], rotated: the last row of each prompt."),
            new KernelParameter("int", "heads", "Key-value heads of a sequence."),
            KernelParameter.Floats("products", "[sequences][stride], receives the sums."),
            KernelParameter.Stride,
        ],
        Synchronises: true,
        writer => WriteBody(writer, plan, kernels));

    private static void WriteBody(KernelWriter writer, PipelinePlan plan, KernelPlan kernels)
    {
        const int Tokens = KernelPlan.Warps * KernelPlan.TileTokens;
        writer.Line("ArrayView<float> own = SharedMemory.Allocate<float>(HeadDim);");
        if (kernels.DimensionsAtOnce > 1)
        {
            writer.Line("ArrayView<Float4> own4 = own.Cast<Float4>();");
        }

        writer.Line("ArrayView<Float4> pool4 = pool.Cast<Float4>();");
        TileScores.WriteLane(writer, kernels);
        writer.Line("int sequence = Grid.IdxY;");
        writer.Line("int count = tokens[sequence * heads];");
        using (writer.Block($"if (Grid.IdxX * {Tokens} >= count)"))
        {
            writer.Return();
        }

        writer.Line($"""

            int tile = Grid.IdxX * {KernelPlan.Warps} + warp;
            int token = tile * {KernelPlan.TileTokens} + ownKey;
            bool present = tile * {KernelPlan.TileTokens} < count;
            float product = 0;
            """);
        using (writer.Block("for (int head = sequence * heads; head < (sequence + 1) * heads; head++)"))
        {
            writer.Line("// The queries of the head's group, summed.");
            writer.Barrier();
            writer.Line($$"""
                for (int element = thread; element < HeadDim; element += {{KernelPlan.Threads}})
                {
                    float sum = 0;
                    for (int member = 0; member < GroupSize; member++)
                    {
                        sum += lastQueries[((long)head * GroupSize + member) * HeadDim + element];
                    }

                    own[element] = sum;
                }

                """);
            writer.Barrier();
            using (writer.Block("if (present)"))
            {
                TileScores.WritePlace(writer);
                TileScores.Write(writer, plan, kernels, queries: 1);
                writer.Line("product += score0;");
            }
        }

        writer.Line();
        using (writer.Block("if (present && token < count && (lane & 4) == 0)"))
        {
            writer.Line("products[(long)sequence * stride + token] = product; // one lane a key");
        }
    }
}
