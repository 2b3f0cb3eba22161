using KvCompose.Generators.Planning;

namespace KvCompose.Generators.Emit.Kernels;

/// <summary>Writes how a block of rows whose attention is observed comes into shared memory: the last rows of a prompt, or all of them.</summary>
/// <param name="Queries">[heads][GroupSize][<paramref name="Room"/>][HeadDim].</param>
/// <param name="LogSumExp">[heads][GroupSize][<paramref name="Room"/>].</param>
/// <param name="Room">Rows that a query head has room for.</param>
/// <param name="Last">The last row that may be read.</param>
internal sealed record RowsOfQueries(KernelParameter Queries, KernelParameter LogSumExp, string Room, string Last)
{
    /// <summary>The rows of the observation window.</summary>
    public static RowsOfQueries Window { get; } = new(
        KernelParameter.Floats("queries", "[heads][GroupSize][ObservedRows][HeadDim], rotated: the last rows of the prompt, first come first."),
        KernelParameter.Floats("logSumExp", "[heads][GroupSize][ObservedRows], of each row's scores."),
        "ObservedRows", "ObservedRows - 1");

    /// <summary>All rows of the prompt.</summary>
    public static RowsOfQueries All { get; } = new(
        KernelParameter.Floats("allQueries", "[heads][GroupSize][stride][HeadDim], rotated: all rows of the prompt."),
        KernelParameter.Floats("allLogSumExp", "[heads][GroupSize][stride], of each row's scores."),
        "stride", "count - 1");

    public static void WriteShared(KernelWriter writer, KernelPlan kernels)
    {
        writer.Line($"const int RowsAtOnce = {kernels.RowsAtOnce};");
        writer.Line("ArrayView<float> own = SharedMemory.Allocate<float>(RowsAtOnce * HeadDim);");
        if (kernels.DimensionsAtOnce > 1)
        {
            writer.Line("ArrayView<Float4> own4 = own.Cast<Float4>();");
        }
    }

    /// <summary>Loads rows <c>firstRow</c> … of query head <c>pair</c>, scaled by 1/√d.</summary>
    public void WriteLoad(KernelWriter writer, PipelinePlan plan, KernelPlan kernels)
    {
        using (writer.Block($"for (int element = thread; element < RowsAtOnce * HeadDim; element += {KernelPlan.Threads})"))
        {
            string row = "firstRow + element / HeadDim";
            row = IsRagged(plan, kernels) ? $"IntrinsicMath.Min({row}, {Last})" : row;
            writer.Line($"int row = {row};");
            writer.Line($"own[element] = {Queries.Name}[(pair * {Room} + row) * HeadDim + element % HeadDim] * Scale;");
        }
    }

    /// <summary>Whether the last block may have fewer rows than the others.</summary>
    public bool IsRagged(PipelinePlan plan, KernelPlan kernels) => this == All || plan.Observation.Rows % kernels.RowsAtOnce != 0;
}
