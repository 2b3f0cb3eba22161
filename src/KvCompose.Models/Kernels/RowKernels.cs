using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using KvCompose.Numerics;

namespace KvCompose.Models.Kernels;

/// <summary>The leaf loops over single rows.</summary>
internal static unsafe class RowKernels
{
    private const MethodImplOptions Leaf = MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization;

    /// <summary>target = source · factor · weights.</summary>
    [MethodImpl(Leaf)]
    public static void ScaleByWeights(float* source, float factor, float* weights, float* target, int count)
    {
        Vector256<float> factors = Vector256.Create(factor);
        int i = 0;
        for (; i <= count - Vector256<float>.Count; i += Vector256<float>.Count)
        {
            (Vector256.Load(source + i) * factors * Vector256.Load(weights + i)).Store(target + i);
        }

        for (; i < count; i++)
        {
            target[i] = source[i] * factor * weights[i];
        }
    }

    /// <summary>target = gate / (1 + exp(−gate)) · up.</summary>
    [MethodImpl(Leaf)]
    public static void Gate(float* gate, float* up, float* target, int count)
    {
        int i = 0;
        for (; Vector512.IsHardwareAccelerated && i <= count - Vector512<float>.Count; i += Vector512<float>.Count)
        {
            Vector512<float> x = Vector512.Load(gate + i);
            Vector512<float> gated = x / (Vector512<float>.One + VectorExponential.Exponential(-x));
            (gated * Vector512.Load(up + i)).Store(target + i);
        }

        for (; Vector256.IsHardwareAccelerated && i <= count - Vector256<float>.Count; i += Vector256<float>.Count)
        {
            Vector256<float> x = Vector256.Load(gate + i);
            Vector256<float> gated = x / (Vector256<float>.One + VectorExponential.Exponential(-x));
            (gated * Vector256.Load(up + i)).Store(target + i);
        }

        for (; i <= count - Vector128<float>.Count; i += Vector128<float>.Count)
        {
            Vector128<float> x = Vector128.Load(gate + i);
            Vector128<float> gated = x / (Vector128<float>.One + VectorExponential.Exponential(-x));
            (gated * Vector128.Load(up + i)).Store(target + i);
        }

        for (; i < count; i++)
        {
            target[i] = gate[i] / (1 + MathF.Exp(-gate[i])) * up[i];
        }
    }

    /// <summary>target += addend.</summary>
    [MethodImpl(Leaf)]
    public static void Add(float* target, float* addend, int count)
    {
        int i = 0;
        for (; i <= count - Vector256<float>.Count; i += Vector256<float>.Count)
        {
            (Vector256.Load(target + i) + Vector256.Load(addend + i)).Store(target + i);
        }

        for (; i < count; i++)
        {
            target[i] += addend[i];
        }
    }

    /// <summary>target *= factors.</summary>
    [MethodImpl(Leaf)]
    public static void Multiply(float* target, float* factors, int count)
    {
        int i = 0;
        for (; i <= count - Vector256<float>.Count; i += Vector256<float>.Count)
        {
            (Vector256.Load(target + i) * Vector256.Load(factors + i)).Store(target + i);
        }

        for (; i < count; i++)
        {
            target[i] *= factors[i];
        }
    }

    /// <summary>Rotates the first 2 · half elements of a head: the pairs are its two halves (the layout of Hugging Face).</summary>
    [MethodImpl(Leaf)]
    public static void Rotate(float* head, float* cosines, float* sines, int half)
    {
        int i = 0;
        for (; i <= half - Vector256<float>.Count; i += Vector256<float>.Count)
        {
            Vector256<float> first = Vector256.Load(head + i), second = Vector256.Load(head + half + i);
            Vector256<float> cosine = Vector256.Load(cosines + i), sine = Vector256.Load(sines + i);
            ((first * cosine) - (second * sine)).Store(head + i);
            ((second * cosine) + (first * sine)).Store(head + half + i);
        }

        for (; i < half; i++)
        {
            float first = head[i], second = head[half + i];
            head[i] = (first * cosines[i]) - (second * sines[i]);
            head[half + i] = (second * cosines[i]) + (first * sines[i]);
        }
    }

    /// <summary>Rotates the first 2 · half elements of a head: the pairs are neighbours.</summary>
    [MethodImpl(Leaf)]
    public static void RotateNeighbours(float* head, float* cosines, float* sines, int half)
    {
        for (int i = 0; i < half; i++)
        {
            float first = head[2 * i], second = head[(2 * i) + 1];
            head[2 * i] = (first * cosines[i]) - (second * sines[i]);
            head[(2 * i) + 1] = (second * cosines[i]) + (first * sines[i]);
        }
    }

    /// <summary>target += factor · addend.</summary>
    [MethodImpl(Leaf)]
    public static void AddScaled(float* target, float* addend, float factor, int count)
    {
        Vector256<float> factors = Vector256.Create(factor);
        int i = 0;
        for (; i <= count - Vector256<float>.Count; i += Vector256<float>.Count)
        {
            (Vector256.Load(target + i) + (Vector256.Load(addend + i) * factors)).Store(target + i);
        }

        for (; i < count; i++)
        {
            target[i] += addend[i] * factor;
        }
    }

    /// <summary>row *= factor.</summary>
    public static void Scale(float* row, float factor, nint count)
    {
        nint i = 0;
        Vector256<float> factors = Vector256.Create(factor);
        for (; i <= count - Vector256<float>.Count; i += Vector256<float>.Count)
        {
            (Vector256.Load(row + i) * factors).Store(row + i);
        }

        for (; i < count; i++)
        {
            row[i] *= factor;
        }
    }
}
