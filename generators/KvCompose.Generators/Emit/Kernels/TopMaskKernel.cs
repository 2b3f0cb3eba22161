using KvCompose.Generators.Planning;
using KvCompose.Shared;

namespace KvCompose.Generators.Emit.Kernels;

/// <summary>
/// Writes the best tokens of a watched head as bits. The lowest score among them is found as <see cref="SelectKernel"/> finds it; a warp joins
/// the bits of its tokens into one word.
/// </summary>
internal static class TopMaskKernel
{
    public static Kernel Of() => new(
        "TopMaskKernel",
        "The best tokens of one watched head between sinks and window, as bits; of equals the lower ones. Group (watched head).",
        [
            MonitorParameters.Scores, MonitorParameters.PromptTokens, MonitorParameters.Wanted, MonitorParameters.Masks, KernelParameter.Stride,
            MonitorParameters.Words,
        ],
        Synchronises: true,
        WriteBody);

    private static void WriteBody(KernelWriter writer)
    {
        SelectKernel.WriteSetUp(writer);
        writer.Line($$"""
            long row = (long)Grid.IdxX * stride;
            int last = promptTokens[Grid.IdxX] - Window;
            int best = wanted[Grid.IdxX];
            long word = (long)Grid.IdxX * words + warp;
            """);
        using (writer.Block("if (best <= 0)"))
        {
            writer.Line($$"""
                for (int none = thread; none < words; none += {{KernelPlan.Threads}})
                {
                    masks[(long)Grid.IdxX * words + none] = 0;
                }

                """);
            writer.Return();
        }

        writer.Line();
        SelectKernel.WriteThreshold(writer, "watchScores", "best");
        writer.Line();
        writer.Line("int equal = 0;");
        using (writer.Block($"for (int chunk = 0; chunk < words * 32; chunk += {KernelPlan.Threads})"))
        {
            writer.Line("""
                int token = chunk + thread;
                bool candidate = token >= Sinks && token < last;
                uint ordered = candidate ? Ordered(watchScores[row + token]) : 0;
                int flag = candidate && ordered == prefix ? 1 : 0;
                int inclusive = flag;
                """);
            SelectKernel.WriteScan(writer, "inclusive", "before");
            using (writer.Block("if (lane == 31)"))
            {
                writer.Line("totals[warp] = inclusive;");
            }

            writer.Line();
            writer.Barrier();
            writer.Line("""
                int equalBefore = equal + inclusive - flag;
                equalBefore += warp > 0 ? totals[0] : 0;
                equalBefore += warp > 1 ? totals[1] : 0;
                equalBefore += warp > 2 ? totals[2] : 0;
                bool kept = candidate && (ordered > prefix || (flag == 1 && equalBefore < remaining));
                uint bits = kept ? 1u << lane : 0;
                """);
            for (int mask = 16; mask > 0; mask /= 2)
            {
                string other = "bits" + CSharpLiteral.Of(mask);
                writer.ShuffleXor("uint", other, "bits", mask);
                writer.Line($"bits |= {other};");
            }

            using (writer.Block("if (lane == 0 && chunk / 32 + warp < words)"))
            {
                writer.Line("masks[word + chunk / 32] = bits;");
            }

            writer.Line();
            writer.Line("equal += totals[0] + totals[1] + totals[2] + totals[3];");
            writer.Barrier();
        }
    }
}
