using System.Globalization;
using KvCompose.Generators.Planning;
using KvCompose.Shared;

namespace KvCompose.Generators.Emit.Kernels;

/// <summary>Writes what turns the scores of a decode step into probabilities over the prompt alone: their log-sum-exp over its slots.</summary>
internal static class PromptLogSumExpKernel
{
    public static Kernel Of() => new(
        "PromptLogSumExpKernel",
        "Log-sum-exp of the scores that one query head of a watched head gave the prompt. Group (query head, watched head).",
        [
            AttendKernel.Logits,
            MonitorParameters.PromptTokens,
            MonitorParameters.LogSumExp,
            KernelParameter.Stride,
        ],
        Synchronises: true,
        WriteBody);

    private static void WriteBody(KernelWriter writer)
    {
        writer.Line($$"""
            ArrayView<float> tops = SharedMemory.Allocate<float>({{KernelPlan.Warps}});
            ArrayView<float> sums = SharedMemory.Allocate<float>({{KernelPlan.Warps}});
            int thread = Group.IdxX;
            int warp = thread >> 5;
            int lane = thread & 31;
            long pair = (long)Grid.IdxY * GroupSize + Grid.IdxX;
            int count = promptTokens[Grid.IdxY];
            float top = float.NegativeInfinity;
            for (int token = thread; token < count; token += {{KernelPlan.Threads}})
            {
                top = XMath.Max(top, logits[pair * stride + token]);
            }

            """);
        WriteReduction(writer, "top", "tops", static (sum, other) => $"{sum} = XMath.Max({sum}, {other});");
        writer.Line($"top = {Over("XMath.Max({0}, {1})", "tops")};");
        writer.Line($$"""
            float sum = 0;
            for (int token = thread; token < count; token += {{KernelPlan.Threads}})
            {
                sum += XMath.Exp(logits[pair * stride + token] - top);
            }

            """);
        WriteReduction(writer, "sum", "sums", static (sum, other) => $"{sum} += {other};");
        using (writer.Block("if (thread == 0)"))
        {
            writer.Line($"promptLogSumExp[pair] = top + XMath.Log({Over("({0} + {1})", "sums")});");
        }
    }

    /// <summary>Joins a local over the lanes of each warp, and leaves the warps' results in shared memory.</summary>
    private static void WriteReduction(KernelWriter writer, string local, string shared, Func<string, string, string> join)
    {
        for (int mask = 16; mask > 0; mask /= 2)
        {
            string other = local + CSharpLiteral.Of(mask);
            writer.ShuffleXor("float", other, local, mask);
            writer.Line(join(local, other));
        }

        using (writer.Block("if (lane == 0)"))
        {
            writer.Line($"{shared}[warp] = {local};");
        }

        writer.Line();
        writer.Barrier();
    }

    /// <summary>An expression over what the warps left.</summary>
    private static string Over(string join, string shared)
        => Enumerable.Range(0, KernelPlan.Warps)
            .Select(place => $"{shared}[{CSharpLiteral.Of(place)}]")
            .Aggregate((all, next) => string.Format(CultureInfo.InvariantCulture, join, all, next));
}
