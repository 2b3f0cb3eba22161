using KvCompose.Generators.Planning;

namespace KvCompose.Generators.Emit.Kernels;

/// <summary>Writes the transfer of chosen pages into resident ones: whole pages with positions and counts, all of a layer in one launch.</summary>
internal static class PageCopyKernel
{
    public const string Name = "PageCopyKernel";

    public static Kernel Of() => new(
        Name,
        "Copies one page. Group (page).",
        [
            KernelParameter.Floats("hostPool", "[pages][PageFloats], the pages to copy."),
            KernelParameter.Floats("pool", "[pages][PageFloats], receives them."),
            KernelParameter.Ints("sources", "[copies], host page ids."),
            KernelParameter.Ints("targets", "[copies], page ids, each once."),
        ],
        Synchronises: false,
        static writer => writer.Line($$"""
            ArrayView<Float4> hostPool4 = hostPool.Cast<Float4>();
            ArrayView<Float4> pool4 = pool.Cast<Float4>();
            long source = (long)sources[Grid.IdxX] * PageFloats4;
            long target = (long)targets[Grid.IdxX] * PageFloats4;
            for (int element = Group.IdxX; element < PageFloats4; element += {{KernelPlan.Threads}})
            {
                pool4[target + element] = hostPool4[source + element];
            }
            """));
}
