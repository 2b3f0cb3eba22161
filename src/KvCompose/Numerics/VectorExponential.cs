using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace KvCompose.Numerics;

/// <summary>
/// Exponentials of a vector of floats, inlined into the caller: magic-number rounding, a degree-5 minimax polynomial of the
/// fraction, and the integer part added to the exponent bits. Relative error below 3e-7 for powers of two.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class VectorExponential
{
    /// <summary>log₂ e: a scale that contains it turns natural exponentials into powers of two.</summary>
    public const float Log2E = 1.44269504f;

    /// <summary>ln 2.</summary>
    public const float Ln2 = 0.693147181f;

    private const float Rounding = 12582912f; // 1.5 · 2²³: adding it leaves the nearest integer in the low mantissa bits.
    private const float Lowest = -126f;
    private const float Highest = 127f;

    /// <summary>
    /// 2ˣ for x ≤ 127. What lies below −126 (−∞ included) gives 2⁻¹²⁶, which counts as zero beside any maximum of 1.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> PowerOfTwo(Vector512<float> x)
    {
        x = Vector512.MaxNative(x, Vector512.Create(Lowest));
        Vector512<float> shifted = x + Vector512.Create(Rounding);
        Vector512<float> fraction = x - (shifted - Vector512.Create(Rounding));
        Vector512<float> polynomial = Vector512.Create(0.0013264727f);
        polynomial = Vector512.FusedMultiplyAdd(polynomial, fraction, Vector512.Create(0.009671513f));
        polynomial = Vector512.FusedMultiplyAdd(polynomial, fraction, Vector512.Create(0.055507336f));
        polynomial = Vector512.FusedMultiplyAdd(polynomial, fraction, Vector512.Create(0.24022242f));
        polynomial = Vector512.FusedMultiplyAdd(polynomial, fraction, Vector512.Create(0.693147f));
        polynomial = Vector512.FusedMultiplyAdd(polynomial, fraction, Vector512<float>.One);
        return (polynomial.AsInt32() + (shifted.AsInt32() << 23)).AsSingle();
    }

    /// <summary>eˣ, clamped to the range of normal floats. Relative error grows to about 4e-6 where |x| nears 87.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Exponential(Vector512<float> x)
        => PowerOfTwo(Vector512.MinNative(x * Vector512.Create(Log2E), Vector512.Create(Highest)));

    /// <summary>
    /// 2ˣ for x ≤ 127. What lies below −126 (−∞ included) gives 2⁻¹²⁶, which counts as zero beside any maximum of 1.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> PowerOfTwo(Vector256<float> x)
    {
        x = Vector256.MaxNative(x, Vector256.Create(Lowest));
        Vector256<float> shifted = x + Vector256.Create(Rounding);
        Vector256<float> fraction = x - (shifted - Vector256.Create(Rounding));
        Vector256<float> polynomial = Vector256.Create(0.0013264727f);
        polynomial = Vector256.MultiplyAddEstimate(polynomial, fraction, Vector256.Create(0.009671513f));
        polynomial = Vector256.MultiplyAddEstimate(polynomial, fraction, Vector256.Create(0.055507336f));
        polynomial = Vector256.MultiplyAddEstimate(polynomial, fraction, Vector256.Create(0.24022242f));
        polynomial = Vector256.MultiplyAddEstimate(polynomial, fraction, Vector256.Create(0.693147f));
        polynomial = Vector256.MultiplyAddEstimate(polynomial, fraction, Vector256<float>.One);
        return (polynomial.AsInt32() + (shifted.AsInt32() << 23)).AsSingle();
    }

    /// <summary>eˣ, clamped to the range of normal floats. Relative error grows to about 4e-6 where |x| nears 87.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Exponential(Vector256<float> x)
        => PowerOfTwo(Vector256.MinNative(x * Vector256.Create(Log2E), Vector256.Create(Highest)));

    /// <summary>
    /// 2ˣ for x ≤ 127. What lies below −126 (−∞ included) gives 2⁻¹²⁶, which counts as zero beside any maximum of 1.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> PowerOfTwo(Vector128<float> x)
    {
        x = Vector128.MaxNative(x, Vector128.Create(Lowest));
        Vector128<float> shifted = x + Vector128.Create(Rounding);
        Vector128<float> fraction = x - (shifted - Vector128.Create(Rounding));
        Vector128<float> polynomial = Vector128.Create(0.0013264727f);
        polynomial = Vector128.MultiplyAddEstimate(polynomial, fraction, Vector128.Create(0.009671513f));
        polynomial = Vector128.MultiplyAddEstimate(polynomial, fraction, Vector128.Create(0.055507336f));
        polynomial = Vector128.MultiplyAddEstimate(polynomial, fraction, Vector128.Create(0.24022242f));
        polynomial = Vector128.MultiplyAddEstimate(polynomial, fraction, Vector128.Create(0.693147f));
        polynomial = Vector128.MultiplyAddEstimate(polynomial, fraction, Vector128<float>.One);
        return (polynomial.AsInt32() + (shifted.AsInt32() << 23)).AsSingle();
    }

    /// <summary>eˣ, clamped to the range of normal floats. Relative error grows to about 4e-6 where |x| nears 87.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Exponential(Vector128<float> x)
        => PowerOfTwo(Vector128.MinNative(x * Vector128.Create(Log2E), Vector128.Create(Highest)));
}
