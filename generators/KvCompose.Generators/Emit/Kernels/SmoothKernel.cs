using KvCompose.Generators.Planning;

namespace KvCompose.Generators.Emit.Kernels;

/// <summary>Writes the pooling of what a restart chooses by, along all tokens of a prompt: none of them is set apart.</summary>
internal static class SmoothKernel
{
    public static Kernel Of(PoolingKind pooling, int width) => new(
        "SmoothKernel",
        "Pooled products of 128 tokens of one sequence. Group (128 tokens, sequence).",
        [
            KernelParameter.Floats("products", "[sequences][stride]."),
            KernelParameter.Ints("sequenceTokens", "[sequences], tokens of each prompt."),
            KernelParameter.Floats("pooled", "[sequences][stride], receives them; other memory than the products."),
            KernelParameter.Stride,
        ],
        Synchronises: false,
        writer => WriteBody(writer, pooling, width));

    private static void WriteBody(KernelWriter writer, PoolingKind pooling, int width)
    {
        bool average = pooling == PoolingKind.Average;
        writer.Line($"int token = Grid.IdxX * {KernelPlan.Threads} + Group.IdxX;");
        writer.Line("int count = sequenceTokens[Grid.IdxY];");
        writer.Line("long row = (long)Grid.IdxY * stride;");
        using (writer.Block("if (token < count)"))
        {
            writer.Line($$"""
                float near = {{(average ? "0" : "float.NegativeInfinity")}};
                int end = IntrinsicMath.Min(token + {{width / 2}}, count - 1);
                for (int other = IntrinsicMath.Max(token - {{width / 2}}, 0); other <= end; other++)
                {
                    near = {{(average ? "near + products[row + other]" : "XMath.Max(near, products[row + other])")}};
                }

                pooled[row + token] = near{{(average ? $" / {width}" : "")}};
                """);
        }
    }
}
