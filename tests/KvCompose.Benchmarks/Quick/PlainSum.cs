using System.Runtime.Intrinsics;
using KvCompose.Memory;
using KvCompose.Threading;

namespace KvCompose.Benchmarks.Quick;

/// <summary>The yardstick: a vectorised sum of as many bytes, on the same threads.</summary>
public sealed unsafe class PlainSum(long floats, WorkerPool workers) : IDisposable
{
    private const int BlockFloats = 1 << 16;

    private readonly NativeFloats _data = new(floats / BlockFloats * BlockFloats);
    private readonly NativeFloats _sums = new(workers.Count * 16);

    /// <summary>Bytes that one run reads.</summary>
    public long Bytes => _data.Count * sizeof(float);

    /// <summary>Reads everything once.</summary>
    public float Run()
    {
        var work = new Work { Data = _data.Pointer, Sums = _sums.Pointer };
        workers.Run(ref work, (int)(_data.Count / BlockFloats));
        return *_sums.Pointer;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _data.Dispose();
        _sums.Dispose();
    }

    private struct Work : IParallelWork
    {
        public float* Data;
        public float* Sums;

        public readonly void Run(int item, int worker)
        {
            float* block = Data + ((nint)item * BlockFloats);
            Sums[worker * 16] += Vector512.IsHardwareAccelerated ? Sum512(block) : Sum256(block);
        }

        private static float Sum512(float* block)
        {
            Vector512<float> a = default, b = default, c = default, d = default;
            for (int i = 0; i < BlockFloats; i += 64)
            {
                a += Vector512.Load(block + i);
                b += Vector512.Load(block + i + 16);
                c += Vector512.Load(block + i + 32);
                d += Vector512.Load(block + i + 48);
            }

            return Vector512.Sum(a + b + c + d);
        }

        private static float Sum256(float* block)
        {
            Vector256<float> a = default, b = default, c = default, d = default;
            for (int i = 0; i < BlockFloats; i += 32)
            {
                a += Vector256.Load(block + i);
                b += Vector256.Load(block + i + 8);
                c += Vector256.Load(block + i + 16);
                d += Vector256.Load(block + i + 24);
            }

            return Vector256.Sum(a + b + c + d);
        }
    }
}
