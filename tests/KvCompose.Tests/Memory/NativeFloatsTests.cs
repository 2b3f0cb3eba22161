using KvCompose.Memory;

namespace KvCompose.Tests.Memory;

public sealed unsafe class NativeFloatsTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(10_001)]
    public void Constructor_AnyCount_IsZeroedAndAligned(int count)
    {
        using var floats = new NativeFloats(count);

        Assert.Equal(0, (nint)floats.Pointer % 64);
        Assert.False(new ReadOnlySpan<float>(floats.Pointer, count).ContainsAnyExcept(0f));
    }

    [Fact]
    public void Pointer_Disposed_Throws()
    {
        var floats = new NativeFloats(4);
        floats.Dispose();
        floats.Dispose();

        Assert.Throws<ObjectDisposedException>(() => (nint)floats.Pointer);
    }

    [Fact]
    public void AtLeast_LargeEnough_KeepsTheBlock()
    {
        using var floats = new NativeFloats(100);

        Assert.Same(floats, NativeFloats.AtLeast(floats, 100));
    }

    [Fact]
    public void AtLeast_TooSmall_ReplacesTheBlock()
    {
        var floats = new NativeFloats(100);

        using NativeFloats larger = NativeFloats.AtLeast(floats, 101);

        Assert.Equal(101, larger.Count);
        Assert.Throws<ObjectDisposedException>(() => (nint)floats.Pointer);
    }

    [Fact]
    public void Constructor_Negative_Throws() => Assert.Throws<ArgumentOutOfRangeException>(() => new NativeFloats(-1));
}
