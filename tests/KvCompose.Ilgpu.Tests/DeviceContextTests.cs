using ILGPU;
using ILGPU.Runtime;
using KvCompose.Ilgpu;

namespace KvCompose.DeviceTests;

public sealed class DeviceContextTests
{
    [Fact]
    public void Load_SameNameTwice_LoadsOnce()
    {
        using DeviceContext device = DeviceContext.Open(preferProcessor: true);
        int loads = 0;
        Func<Accelerator, Action> load = _ =>
        {
            loads++;
            return static () => { };
        };
        Assert.Same(device.Load("Nothing", load), device.Load("Nothing", load));
        Assert.Equal(1, loads);
    }

    [Fact]
    public void Load_KnownNameWithOtherParameters_IsRefused()
    {
        using DeviceContext device = DeviceContext.Open(preferProcessor: true);
        device.Load<Action>("Nothing", static _ => static () => { });
        var exception = Assert.Throws<InvalidOperationException>(() => device.Load<Action<int>>("Nothing", static _ => static _ => { }));
        Assert.Contains("kernel 'Nothing'", exception.Message);
    }

    [Fact]
    public void Load_AfterAKernelFailedToCompile_SaysThatTheContextIsUnusable()
    {
        using DeviceContext device = DeviceContext.Open(preferProcessor: true);
        var broken = Assert.Throws<KernelCompilationException>(
            () => device.Load<Action>("Broken", static _ => throw new NotSupportedException("throw in a kernel")));
        Assert.Equal("Broken", broken.Kernel);
        Assert.Contains("throw in a kernel", broken.Message);

        var later = Assert.Throws<KernelCompilationException>(() => device.Load<Action>("Fine", static _ => static () => { }));
        Assert.Equal("Broken", later.Kernel);
        Assert.Throws<KernelCompilationException>(() => device.Allocate<int>(1));
    }

    [Fact]
    public void Dispose_WithBuffersLeft_GivesThemBack()
    {
        DeviceContext device = DeviceContext.Open(preferProcessor: true);
        MemoryBuffer1D<int, Stride1D.Dense> buffer = device.Allocate<int>(3);
        device.Dispose();
        device.Dispose();
        Assert.True(buffer.IsDisposed);
        Assert.Throws<ObjectDisposedException>(() => device.Allocate<int>(1));
        Assert.Throws<ObjectDisposedException>(() => device.Synchronize());
    }

    [Fact]
    public void Free_BufferInUse_DisposesIt()
    {
        using DeviceContext device = DeviceContext.Open(preferProcessor: true);
        MemoryBuffer1D<int, Stride1D.Dense> buffer = device.Allocate<int>(3);
        device.Free(buffer);
        Assert.True(buffer.IsDisposed);
    }

    [Fact]
    public void Synchronize_Cancelled_Throws()
    {
        using DeviceContext device = DeviceContext.Open(preferProcessor: true);
        using var cancelled = new CancellationTokenSource();
        device.Synchronize(cancelled.Token);
        cancelled.Cancel();
        Assert.Throws<OperationCanceledException>(() => device.Synchronize(cancelled.Token));
    }
}
