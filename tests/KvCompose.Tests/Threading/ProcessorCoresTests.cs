using KvCompose.Threading;

namespace KvCompose.Tests.Threading;

public sealed class ProcessorCoresTests
{
    /// <summary>Siblings are named by each of the processors that share a core, as lists or as ranges.</summary>
    [Theory]
    [InlineData("0-3", 4, "0", "1", "2", "3")]
    [InlineData("0-3", 2, "0,2", "1,3", "0,2", "1,3")]
    [InlineData("0-3", 2, "0-1", "0-1", "2-3", "2-3")]
    [InlineData("0-7", 6, "0-1", "0-1", "2-3", "2-3", "4", "5", "6", "7")]
    [InlineData("1,3", 2, "0-1", "0-1", "2-3", "2-3")]
    [InlineData("2-3", 1, "0-1", "0-1", "2-3", "2-3")]
    [InlineData("0,9", 1, "0")]
    public void CountLinux_SiblingsOfAllowedProcessors_AreOneCore(string allowed, int cores, params string[] siblings)
        => Assert.Equal(cores, ProcessorCores.CountLinux(allowed, cpu => cpu < siblings.Length ? siblings[cpu] : null));

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("3-1")]
    public void CountLinux_NoList_CountsNone(string allowed) => Assert.Equal(0, ProcessorCores.CountLinux(allowed, static _ => "0"));

    [Fact]
    public void Count_ThisMachine_IsAtLeastOneAndNoMoreThanProcessors() => Assert.InRange(ProcessorCores.Count, 1, Environment.ProcessorCount);

    [Fact]
    public void WorkerPool_WithoutACount_TakesACoreEach()
    {
        using var pool = new WorkerPool();

        Assert.Equal(ProcessorCores.Count, pool.Count);
    }
}
