using KvCompose.Generators.Planning;

namespace KvCompose.Generators.Emit.Kernels;

/// <summary>Writes what joins the shares of a key-value head into the attention output.</summary>
internal static class CombineKernel
{
    public static Kernel Of() => new(
        "CombineKernel",
        "Joins the shares of one key-value head; a head without tokens gets zeros. Group (head).",
        [
            KernelParameter.Floats("partial", "[heads][shares][GroupSize][HeadDim]."),
            KernelParameter.Floats("statistics", "[heads][shares][GroupSize][2]."),
            KernelParameter.Floats("output", "[heads][GroupSize][HeadDim]."),
            new KernelParameter("int", "shares", "Shares of a head."),
        ],
        Synchronises: false,
        WriteBody);

    private static void WriteBody(KernelWriter writer)
    {
        writer.Line("long head = Grid.IdxX;");
        using (writer.Block($"for (int element = Group.IdxX; element < GroupSize * HeadDim; element += {KernelPlan.Threads})"))
        {
            writer.Line("""
                int member = element / HeadDim;
                float top = float.NegativeInfinity;
                for (int share = 0; share < shares; share++)
                {
                    top = XMath.Max(top, statistics[((head * shares + share) * GroupSize + member) * 2]);
                }

                float sum = 0;
                float joined = 0;
                for (int share = 0; share < shares; share++)
                {
                    long place = (head * shares + share) * GroupSize + member;
                    float shareSum = statistics[place * 2 + 1];
                    if (shareSum > 0)
                    {
                        float weight = XMath.Exp(statistics[place * 2] - top);
                        sum += weight * shareSum;
                        joined += weight * partial[place * HeadDim + element % HeadDim];
                    }
                }

                output[head * GroupSize * HeadDim + element] = sum > 0 ? joined / sum : 0;
                """);
        }
    }
}
