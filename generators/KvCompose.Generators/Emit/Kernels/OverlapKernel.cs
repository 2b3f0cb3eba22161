using KvCompose.Generators.Planning;
using KvCompose.Shared;

namespace KvCompose.Generators.Emit.Kernels;

/// <summary>Writes how many tokens two sets have in common: AND, then the number of bits.</summary>
internal static class OverlapKernel
{
    public static Kernel Of() => new(
        "OverlapKernel",
        "Tokens that a watched head's best have in common with its reference set. Group (watched head).",
        [
            MonitorParameters.Masks,
            MonitorParameters.Masks with { Name = "references", Meaning = "[watched][words], the reference sets." },
            KernelParameter.Ints("common", "[watched], receives the numbers."),
            MonitorParameters.Words,
        ],
        Synchronises: true,
        WriteBody);

    private static void WriteBody(KernelWriter writer)
    {
        writer.Line($$"""
            ArrayView<int> warps = SharedMemory.Allocate<int>({{KernelPlan.Warps}});
            int thread = Group.IdxX;
            long row = (long)Grid.IdxX * words;
            int shared = 0;
            for (int word = thread; word < words; word += {{KernelPlan.Threads}})
            {
                shared += IntrinsicMath.PopCount(masks[row + word] & references[row + word]);
            }

            """);
        for (int mask = 16; mask > 0; mask /= 2)
        {
            string other = "shared" + CSharpLiteral.Of(mask);
            writer.ShuffleXor("int", other, "shared", mask);
            writer.Line($"shared += {other};");
        }

        using (writer.Block("if ((thread & 31) == 0)"))
        {
            writer.Line("warps[thread >> 5] = shared;");
        }

        writer.Line();
        writer.Barrier();
        using (writer.Block("if (thread == 0)"))
        {
            writer.Line($"common[Grid.IdxX] = {string.Join(" + ", Enumerable.Range(0, KernelPlan.Warps).Select(static warp => $"warps[{CSharpLiteral.Of(warp)}]"))};");
        }
    }
}
