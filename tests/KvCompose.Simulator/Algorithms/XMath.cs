namespace ILGPU.Algorithms;

/// <summary>Functions of floats that every device has.</summary>
public static class XMath
{
    /// <summary>e to the power of <paramref name="value"/>.</summary>
    public static float Exp(float value) => MathF.Exp(value);

    /// <summary>2 to the power of <paramref name="value"/>.</summary>
    public static float Exp2(float value) => MathF.Pow(2, value);

    /// <summary>Natural logarithm.</summary>
    public static float Log(float value) => MathF.Log(value);

    /// <summary>Logarithm to base 2.</summary>
    public static float Log2(float value) => MathF.Log2(value);

    /// <summary>Square root.</summary>
    public static float Sqrt(float value) => MathF.Sqrt(value);

    /// <summary>1 / √value.</summary>
    public static float Rsqrt(float value) => 1 / MathF.Sqrt(value);

    /// <summary>1 / value.</summary>
    public static float Rcp(float value) => 1 / value;

    /// <summary>Magnitude.</summary>
    public static float Abs(float value) => MathF.Abs(value);

    /// <summary>The greater one.</summary>
    public static float Max(float first, float second) => MathF.Max(first, second);

    /// <summary>The lesser one.</summary>
    public static float Min(float first, float second) => MathF.Min(first, second);
}
