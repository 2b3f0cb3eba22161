using ILGPU;
using KvCompose.Simulation;

namespace KvCompose.Ilgpu.Tests.Kernels;

/// <content>The twins of the kernels that synchronise.</content>
public static partial class TopK
{
    public static IEnumerator<SimulatedStep> Select_Simulated(ArrayView<float> scores, ArrayView<int> indices, int stride, int count, int keep)
    {
        var histogram = SharedMemory.Allocate<int>(256);
        var picked = SharedMemory.Allocate<int>(2);
        var totals = SharedMemory.Allocate<int>(4);
        int thread = Group.IdxX;
        int warp = thread >> 5;
        int lane = thread & 31;
        int top = 255 - 8 * lane; // lane 0 has the eight highest bins
        long row = (long)Grid.IdxX * stride;
        long written = (long)Grid.IdxX * keep;

        // After each pass, the kept scores begin with the bits in prefix, or are above it; remaining of the former are kept.
        uint prefix = 0;
        uint mask = 0;
        int remaining = keep;
        for (int shift = 24; shift >= 0; shift -= 8)
        {
            histogram[thread] = 0;
            histogram[thread + Threads] = 0;
            yield return SimulatedStep.Barrier();
            for (int token = thread; token < count; token += Threads)
            {
                uint key = Ordered(scores[row + token]);
                if ((key & mask) == prefix)
                {
                    Atomic.Add(ref histogram[(int)((key >> shift) & 255)], 1);
                }
            }

            yield return SimulatedStep.Barrier();
            if (warp == 0)
            {
                int own = histogram[top] + histogram[top - 1] + histogram[top - 2] + histogram[top - 3]
                    + histogram[top - 4] + histogram[top - 5] + histogram[top - 6] + histogram[top - 7];
                int through = own;
                Lane.Put(through);
                yield return SimulatedStep.Shuffle();
                int above1 = Lane.TakeUp<int>(1);
                through += lane >= 1 ? above1 : 0;
                Lane.Put(through);
                yield return SimulatedStep.Shuffle();
                int above2 = Lane.TakeUp<int>(2);
                through += lane >= 2 ? above2 : 0;
                Lane.Put(through);
                yield return SimulatedStep.Shuffle();
                int above4 = Lane.TakeUp<int>(4);
                through += lane >= 4 ? above4 : 0;
                Lane.Put(through);
                yield return SimulatedStep.Shuffle();
                int above8 = Lane.TakeUp<int>(8);
                through += lane >= 8 ? above8 : 0;
                Lane.Put(through);
                yield return SimulatedStep.Shuffle();
                int above16 = Lane.TakeUp<int>(16);
                through += lane >= 16 ? above16 : 0;
                if (through - own < remaining && remaining <= through)
                {
                    int bin = top;
                    int seen = through - own;
                    while (seen + histogram[bin] < remaining)
                    {
                        seen += histogram[bin];
                        bin--;
                    }

                    picked[0] = bin;
                    picked[1] = remaining - seen;
                }
            }

            yield return SimulatedStep.Barrier();
            prefix |= (uint)picked[0] << shift;
            mask |= 255u << shift;
            remaining = picked[1];
        }

        // Higher 16 bits count scores above the prefix, lower 16 bits scores equal to it.
        int higher = 0;
        int equal = 0;
        for (int chunk = 0; chunk < count; chunk += Threads)
        {
            int token = chunk + thread;
            int flag = 0;
            if (token < count)
            {
                uint key = Ordered(scores[row + token]);
                flag = key > prefix ? 0x10000 : key == prefix ? 1 : 0;
            }

            int inclusive = flag;
            Lane.Put(inclusive);
            yield return SimulatedStep.Shuffle();
            int before1 = Lane.TakeUp<int>(1);
            inclusive += lane >= 1 ? before1 : 0;
            Lane.Put(inclusive);
            yield return SimulatedStep.Shuffle();
            int before2 = Lane.TakeUp<int>(2);
            inclusive += lane >= 2 ? before2 : 0;
            Lane.Put(inclusive);
            yield return SimulatedStep.Shuffle();
            int before4 = Lane.TakeUp<int>(4);
            inclusive += lane >= 4 ? before4 : 0;
            Lane.Put(inclusive);
            yield return SimulatedStep.Shuffle();
            int before8 = Lane.TakeUp<int>(8);
            inclusive += lane >= 8 ? before8 : 0;
            Lane.Put(inclusive);
            yield return SimulatedStep.Shuffle();
            int before16 = Lane.TakeUp<int>(16);
            inclusive += lane >= 16 ? before16 : 0;
            if (lane == 31)
            {
                totals[warp] = inclusive;
            }

            yield return SimulatedStep.Barrier();
            int all = totals[0] + totals[1] + totals[2] + totals[3];
            int exclusive = inclusive - flag;
            exclusive += warp > 0 ? totals[0] : 0;
            exclusive += warp > 1 ? totals[1] : 0;
            exclusive += warp > 2 ? totals[2] : 0;
            int higherBefore = higher + (exclusive >> 16);
            int equalBefore = equal + (exclusive & 0xFFFF);
            if (flag == 0x10000 || (flag == 1 && equalBefore < remaining))
            {
                indices[written + higherBefore + IntrinsicMath.Min(equalBefore, remaining)] = token;
            }

            higher += all >> 16;
            equal += all & 0xFFFF;
            yield return SimulatedStep.Barrier();
        }
    }
}
