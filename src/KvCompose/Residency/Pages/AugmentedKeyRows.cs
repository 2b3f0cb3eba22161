using System.Runtime.Intrinsics;
using KvCompose.Memory;

namespace KvCompose.Residency.Pages;

/// <summary>Keys row by row, lifted to k' = (k, √(M − |k|²)): [members][d + 16], the lift after the key and zeros after the lift.</summary>
internal sealed unsafe class AugmentedKeyRows(int headDim) : IDisposable
{
    private NativeFloats? _rows;

    /// <summary>Floats of a row.</summary>
    public int Width { get; } = headDim + Vector512<float>.Count;

    /// <summary>Makes room; what the rows held is lost.</summary>
    public void Reserve(int members) => _rows = NativeFloats.AtLeast(_rows, (long)members * Width);

    /// <summary>A member's row.</summary>
    public float* this[int member] => _rows!.Pointer + ((nint)member * Width);

    /// <summary>√(M − |k|²), clamped: M and |k|² may come from different sums.</summary>
    public static float Lift(float bound, float squaredNorm) => MathF.Sqrt(MathF.Max(0, bound - squaredNorm));

    /// <summary>As <see cref="Lift"/>, of 16 keys.</summary>
    public static Vector512<float> Lifts(float bound, Vector512<float> squaredNorms)
        => Vector512.Sqrt(Vector512.Max(Vector512<float>.Zero, Vector512.Create(bound) - squaredNorms));

    /// <summary>Sets what stands after a row's key.</summary>
    public void SetLift(int member, float lift) => Vector512.CreateScalar(lift).Store(this[member] + Width - Vector512<float>.Count);

    public void Dispose() => _rows?.Dispose();
}
