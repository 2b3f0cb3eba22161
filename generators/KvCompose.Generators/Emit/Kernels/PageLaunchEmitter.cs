using KvCompose.Generators.Planning;
using KvCompose.Shared;

namespace KvCompose.Generators.Emit.Kernels;

/// <summary>Writes the launches that choose host pages for a step's queries and bring them in.</summary>
internal static class PageLaunchEmitter
{
    public static void Write(SourceWriter writer, PipelinePlan plan, KernelPlan kernels, Kernel[] all)
    {
        Kernel Named(string name) => all.First(kernel => kernel.Name == name);
        bool keys = PageScoreKernel.LooksAtKeys(plan);
        string pages = keys ? "DevicePages hostPages" : "ArrayView<float> digests";
        writer.WriteLine();
        writer.WriteLine("/// <summary>Scores host pages for a step's queries; the parameters are those of <see cref=\"PageScoreKernel\"/>.</summary>");
        using (writer.WriteBlock(
            $"internal static void ScorePages(DeviceContext device, {pages}, DevicePageTables candidates, ArrayView<float> queries, ArrayView<float> scores, int stride)"))
        {
            if (keys)
            {
                writer.WriteLine("Require(hostPages);");
            }

            LaunchEmitter.Launch(
                writer, plan, Named(PageScoreKernel.Name), $"(stride + {KernelPlan.Warps - 1}) / {KernelPlan.Warps}, candidates.Heads, {(keys ? kernels.MemberBlocks : 1)}",
                (keys ? "hostPages.View" : "digests") + ", candidates.Pages, candidates.Starts, candidates.Tokens, queries, scores, stride");
        }

        writer.WriteLine();
        writer.WriteLine("/// <summary>Chooses, for every head, the best pages that fit the budget; the parameters are those of <see cref=\"PageChoiceKernel\"/>.</summary>");
        using (writer.WriteBlock("""
            internal static void ChoosePages(
                DeviceContext device, DevicePages hostPages, DevicePageTables candidates, ArrayView<float> scores, ArrayView<int> taken,
                ArrayView<int> chosen, ArrayView<int> chosenPages, int budget, int stride)
            """))
        {
            writer.WriteLine("Require(hostPages);");
            LaunchEmitter.Launch(
                writer, plan, Named(PageChoiceKernel.Name), "candidates.Heads, 1, 1",
                "hostPages.View, candidates.Pages, candidates.Starts, candidates.Tokens, scores, taken, chosen, chosenPages, budget, stride");
        }

        writer.WriteLine();
        writer.WriteLine("/// <summary>Copies host pages into resident ones; the parameters are those of <see cref=\"PageCopyKernel\"/>.</summary>");
        using (writer.WriteBlock(
            "internal static void CopyPages(DeviceContext device, DevicePages hostPages, DevicePages pages, ArrayView<int> sources, ArrayView<int> targets, int copies)"))
        {
            writer.WriteLine("Require(hostPages);");
            writer.WriteLine("Require(pages);");
            LaunchEmitter.Launch(writer, plan, Named(PageCopyKernel.Name), "copies, 1, 1", "hostPages.View, pages.View, sources, targets");
        }
    }
}
