using KvCompose.Simulation;

namespace ILGPU;

/// <summary>The grid of the running thread.</summary>
public static class Grid
{
    /// <summary>Index of the group, first dimension.</summary>
    public static int IdxX => GroupRun.Current.Group.X;

    /// <summary>Index of the group, second dimension.</summary>
    public static int IdxY => GroupRun.Current.Group.Y;

    /// <summary>Index of the group, third dimension.</summary>
    public static int IdxZ => GroupRun.Current.Group.Z;

    /// <summary>Groups, first dimension.</summary>
    public static int DimX => GroupRun.Current.Launch.GridDim.X;

    /// <summary>Groups, second dimension.</summary>
    public static int DimY => GroupRun.Current.Launch.GridDim.Y;

    /// <summary>Groups, third dimension.</summary>
    public static int DimZ => GroupRun.Current.Launch.GridDim.Z;

    /// <summary>Index of the thread in the grid.</summary>
    public static Index3D GlobalIndex
        => new((IdxX * Group.DimX) + Group.IdxX, (IdxY * Group.DimY) + Group.IdxY, (IdxZ * Group.DimZ) + Group.IdxZ);
}
