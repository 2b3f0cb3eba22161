using System.Numerics;

namespace ILGPU;

/// <summary>Functions of integers that every device has.</summary>
public static class IntrinsicMath
{
    /// <summary>Magnitude.</summary>
    public static float Abs(float value) => MathF.Abs(value);

    /// <summary>The lesser one.</summary>
    public static int Min(int first, int second) => Math.Min(first, second);

    /// <summary>The greater one.</summary>
    public static int Max(int first, int second) => Math.Max(first, second);

    /// <summary>The lesser one.</summary>
    public static float Min(float first, float second) => MathF.Min(first, second);

    /// <summary>The greater one.</summary>
    public static float Max(float first, float second) => MathF.Max(first, second);

    /// <summary>Bits that are set.</summary>
    public static int PopCount(uint value) => BitOperations.PopCount(value);

    /// <summary>Zero bits above the highest one.</summary>
    public static int LeadingZeroCount(uint value) => BitOperations.LeadingZeroCount(value);

    /// <summary>Zero bits below the lowest one.</summary>
    public static int TrailingZeroCount(uint value) => BitOperations.TrailingZeroCount(value);
}
