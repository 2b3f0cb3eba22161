using KvCompose.Shared.Specs;

namespace KvCompose.Generators.Planning;

/// <summary>Decides how kernels are blocked, within the registers of a thread and the shared memory of a group. Pure.</summary>
internal static class KernelPlanner
{
    private const int WarpLanes = 32;

    /// <summary>Vectors of 4 accumulators that a thread keeps beside as many scores: 64 registers of 255.</summary>
    private const int AccumulatorVectors = 8;

    private const int RowsAtOnce = 8;
    private const int MostValueParts = 4;

    /// <summary>Whether a shape is stated, and one that the registers hold.</summary>
    public static bool CanBlock(PipelineSpec spec) => !spec.Open && spec.HeadDim <= KernelShapeSpec.MostHeadDim;

    /// <summary>The blocking for a pipeline whose storage kernels can read.</summary>
    /// <param name="spec">The declaration.</param>
    /// <param name="observedRows">Rows whose attention is observed.</param>
    public static KernelPlan Plan(PipelineSpec spec, int observedRows)
    {
        int columns = spec.HeadDim / 4;
        int columnsPerLane = (columns + WarpLanes - 1) / WarpLanes;
        int most = AccumulatorVectors / columnsPerLane;
        int blocks = (spec.GroupSize + most - 1) / most;
        int members = (spec.GroupSize + blocks - 1) / blocks;
        int parts = 1;
        while (parts < MostValueParts && columns * parts * 2 <= WarpLanes)
        {
            parts *= 2;
        }

        int rows = Math.Max(1, Math.Min(RowsAtOnce, observedRows));
        return new KernelPlan
        {
            DimensionsAtOnce = spec.HeadDim % (4 * KernelPlan.DimensionParts) == 0 ? 4 : 1,
            Members = members,
            MemberBlocks = blocks,
            ColumnsPerLane = columnsPerLane,
            ValueParts = parts,
            RowsAtOnce = rows,
            AttendSharedBytes = sizeof(float) * members * (spec.HeadDim
                + (2 * KernelPlan.Warps * KernelPlan.TileTokens) + (KernelPlan.Warps * parts * spec.HeadDim) + (2 * KernelPlan.Warps)),
            ObserveSharedBytes = sizeof(float) * rows * (spec.HeadDim + (2 * KernelPlan.Warps)),
        };
    }
}
