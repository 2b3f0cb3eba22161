using ILGPU;
using ILGPU.Backends.EntryPoints;

namespace KvCompose.Ilgpu.Tests.Kernels;

/// <summary>
/// Copies the kept tokens of every head into pages of their own, in the style that is emitted: head dimension 64, pages of
/// 32 tokens. Group (target page, head) of 128 threads fills one page; its positions come along.
/// </summary>
public static partial class PageGather
{
    public const int Threads = 128;

    private const int PageTokens = 32;
    private const int PageFloats = 4128;
    private const int PageFloats4 = 1032;
    private const int KeyFloats = 2048;
    private const int KeyFloats4 = 512;
    private const int PositionFloats = 4096;

    /// <summary>Copies.</summary>
    /// <param name="pool">[pages][PageFloats], sources and targets.</param>
    /// <param name="sourceTable">Page ids of the sources; the tables of all heads one after another.</param>
    /// <param name="sourceStart">[heads], where a head's source table begins.</param>
    /// <param name="targetTable">Page ids of the targets, none of which is a source.</param>
    /// <param name="targetStart">[heads], where a head's target table begins.</param>
    /// <param name="indices">[heads][keep], source slots in target order.</param>
    /// <param name="keep">Tokens that a head keeps.</param>
    [KernelName("PageGather")]
    public static void Copy(
        ArrayView<float> pool,
        ArrayView<int> sourceTable,
        ArrayView<int> sourceStart,
        ArrayView<int> targetTable,
        ArrayView<int> targetStart,
        ArrayView<int> indices,
        int keep)
    {
        var pages = SharedMemory.Allocate<int>(PageTokens);
        var slots = SharedMemory.Allocate<int>(PageTokens);
        var pool4 = pool.Cast<Float4>();
        int thread = Group.IdxX;
        int head = Grid.IdxY;
        int filled = IntrinsicMath.Min(keep - Grid.IdxX * PageTokens, PageTokens);
        if (thread < filled)
        {
            int token = indices[(long)head * keep + Grid.IdxX * PageTokens + thread];
            pages[thread] = sourceTable[sourceStart[head] + token / PageTokens];
            slots[thread] = token % PageTokens;
        }

        Group.Barrier();
        int target = targetTable[targetStart[head] + Grid.IdxX];
        for (int element = thread; element < KeyFloats; element += Threads)
        {
            int rank = (element >> 10) * 16 + (element & 15);
            if (rank < filled)
            {
                int slot = slots[rank];
                long key = (long)pages[rank] * PageFloats + (slot >> 4) * 1024 + (slot & 15);
                pool[(long)target * PageFloats + element] = pool[key + (element & 0x3F0)];
            }
        }

        for (int element = thread; element < KeyFloats4; element += Threads)
        {
            int rank = element >> 4;
            if (rank < filled)
            {
                long value = (long)pages[rank] * PageFloats4 + KeyFloats4 + slots[rank] * 16;
                pool4[(long)target * PageFloats4 + KeyFloats4 + element] = pool4[value + (element & 15)];
            }
        }

        if (thread < filled)
        {
            long position = (long)pages[thread] * PageFloats + PositionFloats + slots[thread];
            pool[(long)target * PageFloats + PositionFloats + thread] = pool[position];
        }
    }
}
