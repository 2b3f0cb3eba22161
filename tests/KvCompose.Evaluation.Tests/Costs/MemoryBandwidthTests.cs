namespace KvCompose.Evaluation.Tests.Costs;

public class MemoryBandwidthTests
{
    [Fact]
    public void Measure_OneThread_GivesBytesASecond() => Assert.InRange(MemoryBandwidth.Measure(threads: 1), 1, double.MaxValue);

    [Fact]
    public void Measure_Cancelled_Ends() => Assert.Throws<OperationCanceledException>(() => MemoryBandwidth.Measure(1, new CancellationToken(true)));

    [Fact]
    public void Measure_NegativeThreads_IsRefused() => Assert.Throws<ArgumentOutOfRangeException>(() => MemoryBandwidth.Measure(-1));
}
