using System.Numerics;

namespace KvCompose.Reference.Hadamard;

/// <summary>Rotation of a row by a Hadamard matrix: x·H, H block diagonal, H·H = 1.</summary>
/// <remarks>
/// Blocks of the largest power of two b that divides d; H[i, j] = (−1)^popcount(i &amp; j)/√b. A query rotated like the keys gives the
/// same products; the output of attention over rotated values is rotated back by the same transform. Source of the idea: Ashkboos et
/// al., "QuaRot: Outlier-Free 4-Bit Inference in Rotated LLMs", arXiv 2404.00456.
/// </remarks>
public static class HadamardTransform
{
    /// <summary>b, the largest power of two that divides d.</summary>
    public static int Block(int headDim) => headDim & -headDim;

    /// <summary>H, [d][d].</summary>
    public static double[][] Matrix(int headDim)
    {
        int block = Block(headDim);
        return [.. Enumerable.Range(0, headDim).Select(i => Enumerable.Range(0, headDim).Select(j
            => i / block != j / block
                ? 0 : (BitOperations.PopCount((uint)(i % block & j % block)) % 2 == 0 ? 1 : -1) / Math.Sqrt(block)).ToArray())];
    }

    /// <summary>x·H of every row.</summary>
    public static double[][] Rotate(double[][] rows)
    {
        if (rows.Length == 0)
        {
            return [];
        }

        double[][] matrix = Matrix(rows[0].Length);
        return [.. rows.Select(row => matrix.Select(column => Numbers.Dot(row, column)).ToArray())];
    }
}
