using System.Runtime.Intrinsics;
using KvCompose.Threading;

namespace KvCompose.Sessions;

/// <summary>Looks for keys and values that are not finite: one pass, on all threads where there is enough of them.</summary>
internal static unsafe class FiniteTokens
{
    private const int BlockElements = 1 << 16; // 256 KiB: below, a thread would cost more than it saves
    private const int Lanes = 16;

    /// <summary>Requires that every element is finite.</summary>
    /// <param name="workers">The threads.</param>
    /// <param name="layer">The layer, for the message.</param>
    /// <param name="positions">Position of every row, [rows].</param>
    /// <param name="heads">Key-value heads.</param>
    /// <param name="headDim">Elements of a head, a multiple of 16.</param>
    /// <param name="keys">[rows, heads, d].</param>
    /// <param name="values">[rows, heads, d].</param>
    /// <exception cref="NonFiniteTokenException">One is not; names the first, keys before values.</exception>
    public static void Require(WorkerPool workers, int layer, ReadOnlySpan<int> positions, int heads, int headDim, float* keys, float* values)
    {
        long count = (long)positions.Length * heads * headDim;
        if (!AreFinite(workers, keys, count))
        {
            throw FindIn(keys, isKey: true, layer, positions, heads, headDim);
        }

        if (!AreFinite(workers, values, count))
        {
            throw FindIn(values, isKey: false, layer, positions, heads, headDim);
        }
    }

    private static bool AreFinite(WorkerPool workers, float* elements, long count)
    {
        if (count <= BlockElements)
        {
            return AreFinite(elements, count);
        }

        int found = 0;
        var work = new BlockWork { Elements = elements, Count = count, Found = &found };
        workers.Run(ref work, (int)((count + BlockElements - 1) / BlockElements));
        return found == 0;
    }

    /// <summary>An exponent of ones is that of ∞ and NaN alone.</summary>
    private static bool AreFinite(float* elements, long count)
    {
        Vector512<int> exponent = Vector512.Create(0x7F80_0000), found = Vector512<int>.Zero;
        for (long i = 0; i < count; i += Lanes)
        {
            found |= Vector512.Equals(Vector512.Load((int*)(elements + i)) & exponent, exponent);
        }

        return found == Vector512<int>.Zero;
    }

    private static NonFiniteTokenException FindIn(float* elements, bool isKey, int layer, ReadOnlySpan<int> positions, int heads, int headDim)
    {
        long place = 0;
        while (float.IsFinite(elements[place]))
        {
            place++;
        }

        long vector = place / headDim;
        return new NonFiniteTokenException(
            layer, (int)(vector % heads), positions[(int)(vector / heads)], (int)(place % headDim), isKey, elements[place]);
    }

    private struct BlockWork : IParallelWork
    {
        public float* Elements;
        public long Count;
        public int* Found;

        public readonly void Run(int item, int worker)
        {
            long first = (long)item * BlockElements;
            if (!AreFinite(Elements + first, Math.Min(BlockElements, Count - first)))
            {
                *Found = 1;
            }
        }
    }
}
