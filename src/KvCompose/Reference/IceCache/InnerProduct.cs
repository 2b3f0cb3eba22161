using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace KvCompose.Reference.IceCache;

/// <summary>Inner product with one fixed order of summation: eight interleaved partial sums, the same on every machine.</summary>
internal static class InnerProduct
{
    /// <summary>Σ a_i · b_i over spans of one length.</summary>
    public static double Of(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        ReadOnlySpan<Vector256<double>> wideA = MemoryMarshal.Cast<double, Vector256<double>>(a);
        ReadOnlySpan<Vector256<double>> wideB = MemoryMarshal.Cast<double, Vector256<double>>(b);
        Vector256<double> even = default, odd = default;
        int i = 0;
        for (; i + 1 < wideA.Length; i += 2)
        {
            even += wideA[i] * wideB[i];
            odd += wideA[i + 1] * wideB[i + 1];
        }

        Vector256<double> lanes = even + odd;
        double sum = lanes[0] + lanes[1] + (lanes[2] + lanes[3]);
        for (i *= Vector256<double>.Count; i < a.Length; i++)
        {
            sum += a[i] * b[i];
        }

        return sum;
    }
}
