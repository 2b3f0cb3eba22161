using KvCompose.Generators.Planning;

namespace KvCompose.Generators.Emit.Kernels;

/// <summary>Writes how a block of observed rows comes into shared memory.</summary>
internal static class RowsOfQueries
{
    public static KernelParameter Parameter { get; } = KernelParameter.Floats(
        "queries", "[heads][GroupSize][ObservedRows][HeadDim], rotated: the last rows of the prompt, first come first.");

    public static KernelParameter LogSumExp { get; } = KernelParameter.Floats("logSumExp", "[heads][GroupSize][ObservedRows], of each row's scores.");

    public static void WriteShared(KernelWriter writer, KernelPlan kernels)
    {
        writer.Line($"const int RowsAtOnce = {kernels.RowsAtOnce};");
        writer.Line("var own = SharedMemory.Allocate<float>(RowsAtOnce * HeadDim);");
        if (kernels.DimensionsAtOnce > 1)
        {
            writer.Line("var own4 = own.Cast<Float4>();");
        }
    }

    /// <summary>Loads rows <c>firstRow</c> … of query head <c>pair</c>, scaled by 1/√d.</summary>
    public static void WriteLoad(KernelWriter writer, PipelinePlan plan, KernelPlan kernels)
    {
        using (writer.Block($"for (int element = thread; element < RowsAtOnce * HeadDim; element += {KernelPlan.Threads})"))
        {
            string row = "firstRow + element / HeadDim";
            row = IsRagged(plan, kernels) ? $"IntrinsicMath.Min({row}, ObservedRows - 1)" : row;
            writer.Line($"int row = {row};");
            writer.Line("own[element] = queries[(pair * ObservedRows + row) * HeadDim + element % HeadDim] * Scale;");
        }
    }

    /// <summary>Whether the last block has fewer rows than the others.</summary>
    public static bool IsRagged(PipelinePlan plan, KernelPlan kernels) => plan.ObservedRows % kernels.RowsAtOnce != 0;
}
