using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using KvCompose.Numerics;

namespace KvCompose.Runtime;

/// <summary>The softmax of one KV split under one query head. For emitted code.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static unsafe class SplitSoftmax
{
    private const int Lanes = 16;

    /// <summary>Turns scores into 2^(score − maximum) and sums them.</summary>
    /// <param name="scores">[tokens], with room up to the next multiple of 16; places after the last token get at most 2^−126, the smallest normal number.</param>
    /// <param name="tokens">Tokens of the split, at least 1.</param>
    /// <param name="maximum">Receives the largest score.</param>
    /// <param name="sum">Receives the sum of the weights.</param>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Run(float* scores, int tokens, float* maximum, float* sum)
    {
        int padded = (tokens + Lanes - 1) / Lanes * Lanes;
        for (int i = tokens; i < padded; i++)
        {
            scores[i] = float.NegativeInfinity;
        }

        Vector512<float> highest = Vector512.Load(scores);
        for (int i = Lanes; i < padded; i += Lanes)
        {
            highest = Vector512.MaxNative(highest, Vector512.Load(scores + i));
        }

        float top = highest[0];
        for (int lane = 1; lane < Lanes; lane++)
        {
            top = MathF.Max(top, highest[lane]);
        }

        Vector512<float> shift = Vector512.Create(top), total = Vector512<float>.Zero;
        for (int i = 0; i < padded; i += Lanes)
        {
            Vector512<float> power = VectorExponential.PowerOfTwo(Vector512.Load(scores + i) - shift);
            power.Store(scores + i);
            total += power;
        }

        *maximum = top;
        *sum = Vector512.Sum(total);
    }
}
