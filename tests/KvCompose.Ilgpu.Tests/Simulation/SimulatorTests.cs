extern alias simulator;

using simulator::ILGPU;
using simulator::ILGPU.Runtime;
using simulator::KvCompose.Simulation;

namespace KvCompose.DeviceTests.Simulation;

public sealed class SimulatorTests : IDisposable
{
    private const int Threads = TinyKernels.Threads;

    private readonly Context _context = Context.Create(builder => builder.Default().EnableAlgorithms().Optimize(OptimizationLevel.O2));
    private readonly SimulatedAccelerator _accelerator;

    public SimulatorTests() => _accelerator = (SimulatedAccelerator)_context.GetPreferredDevice(preferCPU: false).CreateAccelerator(_context);

    public void Dispose()
    {
        _accelerator.Dispose();
        _context.Dispose();
    }

    [Theory]
    [InlineData(ThreadOrder.Ascending, 1)]
    [InlineData(ThreadOrder.Descending, 1)]
    [InlineData(ThreadOrder.Ascending, 2)]
    public void Launch_KernelWithoutSynchronisation_RunsEveryThreadOfEveryGroup(ThreadOrder order, int processors)
    {
        _accelerator.Options = new SimulationOptions(order, processors);
        using var output = _accelerator.Allocate1D<int>(3 * Threads);
        _accelerator.LoadStreamKernel<ArrayView<int>>(TinyKernels.WriteIndex)(new KernelConfig(3, Threads), output.View);

        int[] expected = [.. Enumerable.Range(0, 3 * Threads).Select(i => (i / Threads * 1000) + (i % Threads))];
        Assert.Equal(expected, output.GetAsArray1D());
    }

    [Theory]
    [InlineData(ThreadOrder.Ascending)]
    [InlineData(ThreadOrder.Descending)]
    public void Barrier_SharedMemory_IsSeenByTheOtherThreads(ThreadOrder order)
    {
        _accelerator.Options = new SimulationOptions(order);
        Assert.Equal(Enumerable.Range(0, Threads).Reverse(), Run(TinyKernels.ReverseInGroup, Enumerable.Range(0, Threads)));
    }

    [Theory]
    [InlineData(ThreadOrder.Ascending)]
    [InlineData(ThreadOrder.Descending)]
    public void ShuffleXor_SeveralInARow_ReducesOverTheWarp(ThreadOrder order)
    {
        _accelerator.Options = new SimulationOptions(order);
        int firstWarp = Enumerable.Range(0, 32).Sum(), secondWarp = Enumerable.Range(32, 32).Sum();
        Assert.Equal([.. Enumerable.Repeat(firstWarp, 32), .. Enumerable.Repeat(secondWarp, 32)], Run(TinyKernels.SumOfWarp));
    }

    [Fact]
    public void Shuffle_InOneWarpOnly_KeepsTheOwnValueAtTheEdges()
    {
        int[] data = Run(TinyKernels.ShuffleInFirstWarpOnly);
        Assert.Equal(100, data[0]);
        Assert.Equal((6 * 100) + 4, data[5]);
        Assert.Equal((31 * 100) + 30, data[31]);
        Assert.Equal(0, data[32]);
    }

    [Fact]
    public void Atomic_SharedAndGlobal_CountsEveryThread()
    {
        int[] data = Run(TinyKernels.CountAtomically);
        Assert.Equal(Enumerable.Range(0, Threads).Where(thread => thread % 2 == 0).Sum(), data[0]);
        Assert.Equal(Threads, data[1]);
    }

    [Fact]
    public void GetDynamic_RequestedByTheLaunch_HasTheRequestedLength()
    {
        using var data = _accelerator.Allocate1D<int>(Threads);
        var config = new KernelConfig(1, Threads, SharedMemoryConfig.RequestDynamic<int>(Threads));
        _accelerator.LoadStreamKernel<ArrayView<int>>(TinyKernels.DynamicShared)(config, data.View);
        Assert.Equal(Enumerable.Range(0, Threads).Select(i => Threads + Threads - 1 - i), data.GetAsArray1D());
    }

    [Theory]
    [InlineData(nameof(TinyKernels.ReverseWithoutTwin), KernelFault.MissingTwin, "Group.Barrier needs a twin")]
    [InlineData(nameof(TinyKernels.ReverseWithoutBarrier), KernelFault.UnwrittenShared, "thread 0 reads element 1 of shared allocation 0 (Int32[64])")]
    [InlineData(nameof(TinyKernels.OverwriteTooEarly), KernelFault.SharedRace, "thread 1 writes element 1 of shared allocation 0 (Int32[64]), which thread 0 uses")]
    [InlineData(nameof(TinyKernels.SameElement), KernelFault.SharedRace, "thread 1 writes element 0")]
    [InlineData(nameof(TinyKernels.CountWithoutClearing), KernelFault.UnwrittenShared, "thread 0 reads element 0")]
    [InlineData(nameof(TinyKernels.HalfOfTheThreadsLeave), KernelFault.Divergence, "in one warp, thread 32 is at the barrier of line")]
    [InlineData(nameof(TinyKernels.WarpsAtDifferentBarriers), KernelFault.Divergence, "in one group, thread 0 is at the barrier of line")]
    [InlineData(nameof(TinyKernels.ReadUnwritten), KernelFault.UnwrittenShared, "thread 63 reads element 64")]
    [InlineData(nameof(TinyKernels.TooMuchShared), KernelFault.SharedAllocation, "exceeds the 49152 bytes")]
    [InlineData(nameof(TinyKernels.TakeAnotherType), KernelFault.BadShuffle, "takes a Int32 that thread 1 has not put")]
    [InlineData(nameof(TinyKernels.NothingPut), KernelFault.BadShuffle, "without having put one value")]
    [InlineData(nameof(TinyKernels.OutOfRange), KernelFault.OutOfRange, "thread 63: index 64 is outside a view of 64 Int32 elements")]
    [InlineData(nameof(TinyKernels.OddCast), KernelFault.Misaligned, "cannot be cast to Float4")]
    [InlineData(nameof(TinyKernels.DynamicShared), KernelFault.SharedAllocation, "requested no dynamic shared memory")]
    public void Launch_KernelThatBreaksARule_SaysWhichAndWhere(string kernel, KernelFault fault, string message)
    {
        var method = typeof(TinyKernels).GetMethod(kernel)!.CreateDelegate<Action<ArrayView<int>>>();
        var exception = Assert.Throws<KernelFaultException>(() => Run(method));
        Assert.Equal(fault, exception.Fault);
        Assert.StartsWith($"kernel 'TinyKernels.{kernel}', group (0, 0, 0): ", exception.Message);
        Assert.Contains(message, exception.Message);
    }

    [Fact]
    public void Load_MethodWithTheTwinsNameButOtherParameters_IsRefused()
    {
        var exception = Assert.Throws<KernelFaultException>(() => _accelerator.LoadStreamKernel<ArrayView<int>>(TinyKernels.WrongTwin));
        Assert.Contains("WrongTwin_Simulated is not the twin", exception.Message);
    }

    [Theory]
    [InlineData(0, 32)]
    [InlineData(1, 1025)]
    public void Launch_ImpossibleGeometry_IsRefused(int groups, int threads)
    {
        using var data = _accelerator.Allocate1D<int>(Threads);
        var launch = _accelerator.LoadStreamKernel<ArrayView<int>>(TinyKernels.WriteIndex);
        Assert.Equal(
            KernelFault.BadLaunch,
            Assert.Throws<KernelFaultException>(() => launch(new KernelConfig(groups, threads), data.View)).Fault);
    }

    [Fact]
    public void Allocate1D_FreshMemory_IsNotANumber()
    {
        using var floats = _accelerator.Allocate1D<float>(5);
        using var halves = _accelerator.Allocate1D<simulator::ILGPU.Half>(5);
        Assert.All(floats.GetAsArray1D(), value => Assert.True(float.IsNaN(value)));
        Assert.All(halves.GetAsArray1D(), value => Assert.True(float.IsNaN(value)));
    }

    [Fact]
    public void Dispose_ViewOfTheBuffer_ThrowsInsteadOfReadingOldMemory()
    {
        var buffer = _accelerator.Allocate1D<float>(5);
        ArrayView<float> view = buffer.View;
        buffer.Dispose();
        Assert.Throws<ObjectDisposedException>(() => view[0]);
        Assert.Throws<ObjectDisposedException>(() => view.CopyFromCPU([1f]));
    }

    [Fact]
    public void Half_AllBitPatterns_RoundTripThroughFloat()
    {
        for (int bits = 0; bits <= ushort.MaxValue; bits++)
        {
            float expected = (float)BitConverter.UInt16BitsToHalf((ushort)bits);
            simulator::ILGPU.Half half = Interop.IntAsFloat((ushort)bits);
            Assert.Equal(expected, (float)half);
            Assert.True(float.IsNaN(expected) || Interop.FloatAsInt((simulator::ILGPU.Half)expected) == bits);
        }
    }

    private int[] Run(Action<ArrayView<int>> kernel) => Run(kernel, Enumerable.Repeat(0, Threads));

    private int[] Run(Action<ArrayView<int>> kernel, IEnumerable<int> initial)
    {
        using var data = _accelerator.Allocate1D<int>(Threads);
        data.View.BaseView.CopyFromCPU(initial.ToArray());
        _accelerator.LoadStreamKernel(kernel)(new KernelConfig(1, Threads), data.View);
        return data.GetAsArray1D();
    }
}
