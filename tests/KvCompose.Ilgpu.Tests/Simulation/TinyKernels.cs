extern alias simulator;

using simulator::ILGPU;
using simulator::KvCompose.Simulation;
using simulator::KvCompose.Ilgpu;

namespace KvCompose.DeviceTests.Simulation;

/// <summary>Kernels of a few lines, most of them wrong on purpose.</summary>
internal static class TinyKernels
{
    public const int Threads = 64;

    public static void WriteIndex(ArrayView<int> output)
        => output[(Grid.IdxX * Group.DimX) + Group.IdxX] = (Grid.IdxX * 1000) + Group.IdxX;

    public static void ReverseInGroup(ArrayView<int> data)
    {
        var shared = SharedMemory.Allocate<int>(Threads);
        int thread = Group.IdxX;
        shared[thread] = data[thread];
        Group.Barrier();
        data[thread] = shared[Threads - 1 - thread];
    }

    public static IEnumerator<SimulatedStep> ReverseInGroup_Simulated(ArrayView<int> data)
    {
        var shared = SharedMemory.Allocate<int>(Threads);
        int thread = Group.IdxX;
        shared[thread] = data[thread];
        yield return SimulatedStep.Barrier();
        data[thread] = shared[Threads - 1 - thread];
    }

    public static void ReverseWithoutTwin(ArrayView<int> data)
    {
        data[Group.IdxX] += 1;
        Group.Barrier();
    }

    public static void ReverseWithoutBarrier(ArrayView<int> data)
    {
    }

    public static IEnumerator<SimulatedStep> ReverseWithoutBarrier_Simulated(ArrayView<int> data)
    {
        var shared = SharedMemory.Allocate<int>(Threads);
        int thread = Group.IdxX;
        shared[thread] = data[thread] + 1;
        data[thread] = shared[thread ^ 1];
        yield return SimulatedStep.Barrier();
    }

    public static void OverwriteTooEarly(ArrayView<int> data)
    {
    }

    public static IEnumerator<SimulatedStep> OverwriteTooEarly_Simulated(ArrayView<int> data)
    {
        var shared = SharedMemory.Allocate<int>(Threads);
        int thread = Group.IdxX;
        for (int round = 0; round < 2; round++)
        {
            shared[thread] = data[thread] + round;
            yield return SimulatedStep.Barrier();
            data[thread] = shared[(thread + 1) % Threads];
        }
    }

    public static void SameElement(ArrayView<int> data)
    {
    }

    public static IEnumerator<SimulatedStep> SameElement_Simulated(ArrayView<int> data)
    {
        var shared = SharedMemory.Allocate<int>(1);
        shared[0] = Group.IdxX;
        yield return SimulatedStep.Barrier();
        data[Group.IdxX] = shared[0];
    }

    public static void CountAtomically(ArrayView<int> data)
    {
    }

    public static IEnumerator<SimulatedStep> CountAtomically_Simulated(ArrayView<int> data)
    {
        var shared = SharedMemory.Allocate<int>(2);
        int thread = Group.IdxX;
        if (thread < 2)
        {
            shared[thread] = 0;
        }

        yield return SimulatedStep.Barrier();
        Atomic.Add(ref shared[thread & 1], thread);
        Atomic.Add(ref data[1], 1);
        yield return SimulatedStep.Barrier();
        if (thread == 0)
        {
            data[0] = shared[0];
        }
    }

    public static void CountWithoutClearing(ArrayView<int> data)
    {
    }

    public static IEnumerator<SimulatedStep> CountWithoutClearing_Simulated(ArrayView<int> data)
    {
        var shared = SharedMemory.Allocate<int>(2);
        Atomic.Add(ref shared[0], 1);
        yield return SimulatedStep.Barrier();
        data[0] = shared[0];
    }

    public static void HalfOfTheThreadsLeave(ArrayView<int> data)
    {
    }

    public static IEnumerator<SimulatedStep> HalfOfTheThreadsLeave_Simulated(ArrayView<int> data)
    {
        if (Group.IdxX >= 40)
        {
            yield break;
        }

        yield return SimulatedStep.Barrier();
        data[0] = 1;
    }

    public static void WarpsAtDifferentBarriers(ArrayView<int> data)
    {
    }

    public static IEnumerator<SimulatedStep> WarpsAtDifferentBarriers_Simulated(ArrayView<int> data)
    {
        if (Warp.WarpIdx == 0)
        {
            yield return SimulatedStep.Barrier();
        }
        else
        {
            yield return SimulatedStep.Barrier();
        }

        data[0] = 1;
    }

    public static void ReadUnwritten(ArrayView<int> data)
    {
    }

    public static IEnumerator<SimulatedStep> ReadUnwritten_Simulated(ArrayView<int> data)
    {
        var shared = SharedMemory.Allocate<int>(Threads + 1);
        shared[Group.IdxX] = 1;
        yield return SimulatedStep.Barrier();
        data[Group.IdxX] = shared[Group.IdxX + 1];
    }

    public static void TooMuchShared(ArrayView<int> data)
    {
        var first = SharedMemory.Allocate<float>(12 * 1024);
        var second = SharedMemory.Allocate<float>(1);
        first[0] = second[0];
    }

    public static void SumOfWarp(ArrayView<int> data)
    {
        int sum = Group.IdxX;
        for (int mask = 1; mask < 32; mask <<= 1)
        {
            int other = Warp.ShuffleXor(sum, mask);
            sum += other;
        }

        data[Group.IdxX] = sum;
    }

    public static IEnumerator<SimulatedStep> SumOfWarp_Simulated(ArrayView<int> data)
    {
        int sum = Group.IdxX;
        for (int mask = 1; mask < 32; mask <<= 1)
        {
            Lane.Put(sum);
            yield return SimulatedStep.Shuffle();
            int other = Lane.TakeXor<int>(mask);
            sum += other;
        }

        data[Group.IdxX] = sum;
    }

    public static void ShuffleInFirstWarpOnly(ArrayView<int> data)
    {
    }

    public static IEnumerator<SimulatedStep> ShuffleInFirstWarpOnly_Simulated(ArrayView<int> data)
    {
        if (Warp.WarpIdx == 0)
        {
            Lane.Put(Group.IdxX);
            yield return SimulatedStep.Shuffle();
            int above = Lane.TakeDown<int>(1);
            Lane.Put(Group.IdxX);
            yield return SimulatedStep.Shuffle();
            int below = Lane.TakeUp<int>(1);
            data[Group.IdxX] = (above * 100) + below;
        }

        yield return SimulatedStep.Barrier();
    }

    public static void TakeAnotherType(ArrayView<int> data)
    {
    }

    public static IEnumerator<SimulatedStep> TakeAnotherType_Simulated(ArrayView<int> data)
    {
        Lane.Put(1f);
        yield return SimulatedStep.Shuffle();
        data[0] = Lane.TakeXor<int>(1);
    }

    public static void NothingPut(ArrayView<int> data)
    {
    }

    public static IEnumerator<SimulatedStep> NothingPut_Simulated(ArrayView<int> data)
    {
        yield return SimulatedStep.Shuffle();
        data[0] = Lane.TakeXor<int>(1);
    }

    public static void OutOfRange(ArrayView<int> data) => data[Group.IdxX + 1] = 1;

    public static void OddCast(ArrayView<int> data) => data.SubView(1, 4).Cast<Float4>()[0] = default;

    public static void WrongTwin(ArrayView<int> data)
    {
    }

    public static IEnumerator<SimulatedStep> WrongTwin_Simulated(ArrayView<float> data)
    {
        yield return SimulatedStep.Barrier();
    }

    public static void DynamicShared(ArrayView<int> data)
    {
    }

    public static IEnumerator<SimulatedStep> DynamicShared_Simulated(ArrayView<int> data)
    {
        var shared = SharedMemory.GetDynamic<int>();
        shared[Group.IdxX] = Group.IdxX;
        yield return SimulatedStep.Barrier();
        data[Group.IdxX] = shared.IntLength + shared[shared.IntLength - 1 - Group.IdxX];
    }
}
