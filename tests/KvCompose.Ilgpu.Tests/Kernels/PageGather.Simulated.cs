using ILGPU;
using KvCompose.Simulation;

namespace KvCompose.Ilgpu.Tests.Kernels;

/// <content>The twins of the kernels that synchronise.</content>
public static partial class PageGather
{
    public static IEnumerator<SimulatedStep> Copy_Simulated(
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

        yield return SimulatedStep.Barrier();
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
