using KvCompose.Generators.Planning;
using KvCompose.Shared;

namespace KvCompose.Generators.Emit.Kernels;

/// <summary>Writes the launches of a monitor: what watched heads find best, how much of it is their reference set, and the copy of fetched tokens.</summary>
internal static partial class LaunchEmitter
{
    private static void WriteMonitor(SourceWriter writer, PipelinePlan plan, Func<string, Kernel> named)
    {
        KernelParameter[] all =
        [
            AttendKernel.Logits, MonitorParameters.PromptTokens, MonitorParameters.LogSumExp, MonitorParameters.Scores, MonitorParameters.Wanted,
            .. named("OverlapKernel").Parameters, KernelParameter.Stride,
        ];
        writer.WriteLine();
        writer.WriteLine("""
            /// <summary>
            /// Looks at what watched heads gave the prompt in the step that <see cref="Attend"/> has computed: their best tokens as masks, and how many
            /// of these are in the reference sets. The parameters are those of <see cref="WatchScoreKernel"/>, <see cref="TopMaskKernel"/> and
            /// <see cref="OverlapKernel"/>. Whether that is a drift, and which tokens are fetched then, is the host's to say.
            /// </summary>
            """);
        using (writer.WriteBlock($"internal static void Watch(DeviceContext device, int watchedHeads, {Declared(all)})"))
        {
            Launch(writer, plan, named("PromptLogSumExpKernel"), "GroupSize, watchedHeads, 1", Names(named("PromptLogSumExpKernel").Parameters));
            Launch(writer, plan, named("WatchScoreKernel"), "(stride + Threads - 1) / Threads, watchedHeads, 1", Names(named("WatchScoreKernel").Parameters));
            Launch(writer, plan, named("TopMaskKernel"), "watchedHeads, 1, 1", Names(named("TopMaskKernel").Parameters));
            Launch(writer, plan, named("OverlapKernel"), "watchedHeads, 1, 1", Names(named("OverlapKernel").Parameters));
        }

        KernelParameter[] fetched = [.. named("RefreshKernel").Parameters.Skip(3)];
        writer.WriteLine();
        writer.WriteLine("/// <summary>Puts fetched tokens into the places of others; the parameters are those of <see cref=\"RefreshKernel\"/>.</summary>");
        using (writer.WriteBlock($"internal static void Refresh(DeviceContext device, DevicePages pages, DevicePageTables tables, int fetched, {Declared(fetched)})"))
        {
            writer.WriteLine("Require(pages);");
            using (writer.WriteBlock("if (fetched > 0)"))
            {
                Launch(writer, plan, named("RefreshKernel"), "fetched, 1, 1", "pages.View, tables.Pages, tables.Starts, " + Names(fetched));
            }
        }
    }
}
