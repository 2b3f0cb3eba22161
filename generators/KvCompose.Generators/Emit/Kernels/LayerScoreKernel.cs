using KvCompose.Generators.Planning;

namespace KvCompose.Generators.Emit.Kernels;

/// <summary>Writes the scores by which a layer lets tokens go on: those of the selection, summed over the layer's heads.</summary>
internal static class LayerScoreKernel
{
    public static Kernel Of() => new(
        "LayerScoreKernel",
        "Scores of 128 tokens of one sequence, summed over its heads; only tokens before the window. Group (128 tokens, sequence).",
        [
            KernelParameter.Floats("scores", "[sequences][heads][stride]."),
            KernelParameter.Ints("sequenceTokens", "[sequences], tokens that reached the layer."),
            new KernelParameter("int", "heads", "Key-value heads of a sequence."),
            KernelParameter.Floats("layerScores", "[sequences][stride], receives the sums."),
            KernelParameter.Stride,
        ],
        Synchronises: false,
        WriteBody);

    private static void WriteBody(KernelWriter writer)
    {
        writer.Line($"int token = Grid.IdxX * {KernelPlan.Threads} + Group.IdxX;");
        writer.Line("int sequence = Grid.IdxY;");
        using (writer.Block("if (token < sequenceTokens[sequence] - Window)"))
        {
            writer.Line("""
                float sum = 0;
                for (int head = 0; head < heads; head++)
                {
                    sum += scores[((long)sequence * heads + head) * stride + token];
                }

                layerScores[(long)sequence * stride + token] = sum;
                """);
        }
    }
}
