using System.Runtime.Intrinsics;
using KvCompose.Numerics;
using KvCompose.Threading;

namespace KvCompose.Models.Networks.Layers;

/// <summary>
/// A causal depthwise convolution whose last inputs are kept for the rows that follow: out[t] = Σ taps[j] · in[t − K + 1 + j]. An item
/// is a range of channels of one sequence.
/// </summary>
internal unsafe struct CausalConvolution : IParallelWork
{
    private const int Range = 256;
    private const int MostTaps = 64;

    public RecurrentRows Rows;
    public int Channels;
    public int Kernel;
    public float* Input; // [rows, stride]
    public int Stride;
    public float* Taps; // [K, channels]
    public float* Bias; // null for none
    public bool Activated; // by SiLU
    public float* Output; // [rows, channels]

    private readonly int Ranges => (Channels + Range - 1) / Range;

    public static void Run(WorkerPool workers, CausalConvolution work)
    {
        if (work.Kernel > MostTaps)
        {
            throw new NotSupportedException($"a convolution of {work.Kernel} tokens, expected at most {MostTaps}");
        }

        workers.Run(ref work, work.Rows.Sequences * work.Ranges);
    }

    public readonly void Run(int item, int worker)
    {
        int sequence = item / Ranges, first = item % Ranges * Range, count = Math.Min(Range, Channels - first), rows = Rows.Each;
        float* kept = Rows.State(sequence) + first; // [K − 1, channels]
        float* input = Input + ((nint)sequence * rows * Stride) + first;
        float* output = Output + ((nint)sequence * rows * Channels) + first;
        int before = Kernel - 1;
        for (int row = 0; row < rows; row++, output += Channels)
        {
            for (int tap = 0; tap < Kernel; tap++)
            {
                int source = row - before + tap;
                float* from = source < 0 ? kept + ((nint)(before + source) * Channels) : input + ((nint)source * Stride);
                MultiplyAdd(output, from, Taps + ((nint)tap * Channels) + first, count, begin: tap == 0);
            }

            Finish(output, first, count);
        }

        Keep(kept, input, rows, count);
    }

    private static void MultiplyAdd(float* target, float* numbers, float* taps, int count, bool begin)
    {
        int i = 0;
        for (; i <= count - Vector256<float>.Count; i += Vector256<float>.Count)
        {
            Vector256<float> product = Vector256.Load(numbers + i) * Vector256.Load(taps + i);
            (begin ? product : product + Vector256.Load(target + i)).Store(target + i);
        }

        for (; i < count; i++)
        {
            target[i] = (begin ? 0 : target[i]) + (numbers[i] * taps[i]);
        }
    }

    private readonly void Finish(float* target, int first, int count)
    {
        for (int i = 0; i < count && Bias is not null; i++)
        {
            target[i] += Bias[first + i];
        }

        int done = 0;
        for (; Activated && done <= count - Vector256<float>.Count; done += Vector256<float>.Count)
        {
            Vector256<float> x = Vector256.Load(target + done);
            (x / (Vector256<float>.One + VectorExponential.Exponential(-x))).Store(target + done);
        }

        for (; Activated && done < count; done++)
        {
            target[done] /= 1 + MathF.Exp(-target[done]);
        }
    }

    /// <summary>Keeps the last K − 1 inputs.</summary>
    private readonly void Keep(float* kept, float* input, int rows, int count)
    {
        int before = Kernel - 1;
        for (int place = 0; place < before; place++)
        {
            int source = rows - before + place;
            float* from = source < 0 ? kept + ((nint)(before + source) * Channels) : input + ((nint)source * Stride);
            new ReadOnlySpan<float>(from, count).CopyTo(new Span<float>(kept + ((nint)place * Channels), count));
        }
    }
}
