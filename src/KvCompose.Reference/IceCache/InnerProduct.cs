using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace KvCompose.Reference.IceCache;

/// <summary>Inner product with one fixed order of summation: sixteen interleaved partial sums, the same on every machine.</summary>
internal static class InnerProduct
{
    /// <summary>Σ a_i · b_i over spans of one length.</summary>
    public static double Of(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        ReadOnlySpan<Vector256<double>> wideA = MemoryMarshal.Cast<double, Vector256<double>>(a);
        ReadOnlySpan<Vector256<double>> wideB = MemoryMarshal.Cast<double, Vector256<double>>(b);
        Vector256<double> first = default, second = default, third = default, fourth = default;
        int i = 0;
        for (; i + 3 < wideA.Length; i += 4)
        {
            first += wideA[i] * wideB[i];
            second += wideA[i + 1] * wideB[i + 1];
            third += wideA[i + 2] * wideB[i + 2];
            fourth += wideA[i + 3] * wideB[i + 3];
        }

        double sum = Vector256.Sum(first + second + (third + fourth));
        for (i *= Vector256<double>.Count; i < a.Length; i++)
        {
            sum += a[i] * b[i];
        }

        return sum;
    }
}
