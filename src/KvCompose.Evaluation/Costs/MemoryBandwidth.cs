using System.Diagnostics;
using System.Numerics;
using System.Runtime.InteropServices;

namespace KvCompose.Evaluation;

/// <summary>How fast this machine reads memory: the yardstick of a decode step, which does little else.</summary>
public static class MemoryBandwidth
{
    private const int FloatsOfThread = 16 << 20;
    private const int Rounds = 6;

    /// <summary>Bytes a second of a plain sum over blocks that no cache holds; the best of a few rounds.</summary>
    /// <param name="threads">Threads that read, each its own block of 64 MiB; 0 takes one a processor.</param>
    /// <param name="cancellation">Looked at between rounds.</param>
    public static double Measure(int threads = 0, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        float[][] blocks = [.. Enumerable.Range(0, threads == 0 ? Environment.ProcessorCount : threads).Select(_ => new float[FloatsOfThread])];
        Array.ForEach(blocks, block => Array.Fill(block, 1));
        double best = 0;
        for (int round = 0; round < Rounds; round++)
        {
            cancellation.ThrowIfCancellationRequested();
            long start = Stopwatch.GetTimestamp();
            Parallel.ForEach(blocks, block => Sum(block));
            best = Math.Max(best, (double)blocks.Length * FloatsOfThread * sizeof(float) / Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        return best;
    }

    private static float Sum(float[] block)
    {
        ReadOnlySpan<Vector<float>> vectors = MemoryMarshal.Cast<float, Vector<float>>(block);
        Vector<float> a = default, b = default, c = default, d = default;
        for (int i = 0; i + 3 < vectors.Length; i += 4)
        {
            a += vectors[i];
            b += vectors[i + 1];
            c += vectors[i + 2];
            d += vectors[i + 3];
        }

        return Vector.Sum(a + b + c + d);
    }
}
