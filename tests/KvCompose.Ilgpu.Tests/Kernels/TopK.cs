using ILGPU;
using ILGPU.Backends.EntryPoints;

namespace KvCompose.Ilgpu.Tests.Kernels;

/// <summary>
/// The best scores of every head, in the style that is emitted: one group of 128 threads a head finds the lowest kept score
/// by four passes over eight bits each (radix select), then writes the kept indices in ascending order. Equal scores: the
/// lower index is kept. NaN counts as negative infinity, and both zeros are equal.
/// </summary>
public static partial class TopK
{
    public const int Threads = 128;

    /// <summary>Chooses.</summary>
    /// <param name="scores">[heads][stride].</param>
    /// <param name="indices">[heads][keep], written in ascending order.</param>
    /// <param name="stride">Scores from one head to the next.</param>
    /// <param name="count">Scores of a head.</param>
    /// <param name="keep">Indices to keep, 1 … count.</param>
    [KernelName("TopK")]
    public static void Select(ArrayView<float> scores, ArrayView<int> indices, int stride, int count, int keep)
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
            Group.Barrier();
            for (int token = thread; token < count; token += Threads)
            {
                uint key = Ordered(scores[row + token]);
                if ((key & mask) == prefix)
                {
                    Atomic.Add(ref histogram[(int)((key >> shift) & 255)], 1);
                }
            }

            Group.Barrier();
            if (warp == 0)
            {
                int own = histogram[top] + histogram[top - 1] + histogram[top - 2] + histogram[top - 3]
                    + histogram[top - 4] + histogram[top - 5] + histogram[top - 6] + histogram[top - 7];
                int through = own;
                int above1 = Warp.ShuffleUp(through, 1);
                through += lane >= 1 ? above1 : 0;
                int above2 = Warp.ShuffleUp(through, 2);
                through += lane >= 2 ? above2 : 0;
                int above4 = Warp.ShuffleUp(through, 4);
                through += lane >= 4 ? above4 : 0;
                int above8 = Warp.ShuffleUp(through, 8);
                through += lane >= 8 ? above8 : 0;
                int above16 = Warp.ShuffleUp(through, 16);
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

            Group.Barrier();
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
            int before1 = Warp.ShuffleUp(inclusive, 1);
            inclusive += lane >= 1 ? before1 : 0;
            int before2 = Warp.ShuffleUp(inclusive, 2);
            inclusive += lane >= 2 ? before2 : 0;
            int before4 = Warp.ShuffleUp(inclusive, 4);
            inclusive += lane >= 4 ? before4 : 0;
            int before8 = Warp.ShuffleUp(inclusive, 8);
            inclusive += lane >= 8 ? before8 : 0;
            int before16 = Warp.ShuffleUp(inclusive, 16);
            inclusive += lane >= 16 ? before16 : 0;
            if (lane == 31)
            {
                totals[warp] = inclusive;
            }

            Group.Barrier();
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
            Group.Barrier();
        }
    }

    /// <summary>An integer that orders as the score does.</summary>
    private static uint Ordered(float score)
    {
        uint bits = Interop.FloatAsInt(score);
        if ((bits & 0x7FFFFFFFu) > 0x7F800000u)
        {
            bits = 0xFF800000u;
        }

        if (bits == 0x80000000u)
        {
            bits = 0;
        }

        return (bits & 0x80000000u) != 0 ? ~bits : bits | 0x80000000u;
    }
}
