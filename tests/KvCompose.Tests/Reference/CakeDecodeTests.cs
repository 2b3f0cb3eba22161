using KvCompose.Reference;

namespace KvCompose.Tests.Reference;

public class CakeDecodeTests
{
    public static TheoryData<PoolingOrder> Poolings =>
        [PoolingOrder.Physical, PoolingOrder.Positional, PoolingOrder.None];

    [Theory]
    [MemberData(nameof(Poolings))]
    public void Survivors_ManySteps_LengthGrowsToTheBudgetAndStays(PoolingOrder pooling)
    {
        var options = new CakeOptions(40, 4) { DecodePooling = pooling };
        var random = new Random(7);
        const int Budget = 12;
        int[] held = [.. Enumerable.Range(0, 10)];
        for (int step = 0; step < 40; step++)
        {
            int[] positions = [.. held, 10 + step];
            int[] kept = CakeDecode.Survivors(Attention(random, positions.Length), positions, Budget, options);
            held = [.. kept.Select(slot => positions[slot])];
            Assert.Equal(Math.Min(11 + step, Budget + 4), held.Length);
            Assert.Equal(held.Length, held.Distinct().Count());
            Assert.Equal(Enumerable.Range(7 + step, 4), held[^4..]);
        }
    }

    [Fact]
    public void Survivors_FarAboveTheBudget_DropsAllTheExcessAtOnce()
    {
        int[] positions = [.. Enumerable.Range(0, 30)];
        int[] kept = CakeDecode.Survivors(Attention(new Random(1), 30), positions, 6, new CakeOptions(10, 4));
        Assert.Equal(10, kept.Length);
    }

    [Fact]
    public void Survivors_NoPooling_DropsTheLeastAttendedOfTheGroupMean()
    {
        var options = new CakeOptions(10, 2) { DecodePooling = PoolingOrder.None };
        double[][] attention = [[0.3, 0.0, 0.2, 0.2, 0, 0], [0.1, 0.5, 0.0, 0.2, 0, 0]];
        Assert.Equal([0, 1, 3, 4, 5], CakeDecode.Survivors(attention, [4, 9, 1, 7, 20, 21], 3, options));
    }

    [Fact]
    public void Survivors_EqualScores_TheLaterPositionLeaves()
    {
        var options = new CakeOptions(10, 2) { DecodePooling = PoolingOrder.None };
        Assert.Equal([0, 2, 3, 4], CakeDecode.Survivors([[0.2, 0.2, 0.2, 0, 0]], [4, 9, 1, 20, 21], 2, options));
    }

    [Fact]
    public void Survivors_PhysicalPooling_StoresByDescendingPooledScore()
    {
        var options = new CakeOptions(10, 2) { Kernel = 3 };
        double[][] attention = [[0.0, 0.1, 0.0, 0.3, 0.3, 0, 0]];

        // Pooled sums of the five candidates: 0.1, 0.1, 0.4, 0.6, 0.6.
        Assert.Equal([3, 4, 2, 0, 5, 6], CakeDecode.Survivors(attention, [0, 1, 2, 3, 4, 5, 6], 4, options));
    }

    [Theory]
    [InlineData(PoolingOrder.Positional, true)]
    [InlineData(PoolingOrder.None, true)]
    [InlineData(PoolingOrder.Physical, false)]
    public void Survivors_OtherStorageOrder_SamePositionsUnlessPoolingIsPhysical(PoolingOrder pooling, bool same)
    {
        var options = new CakeOptions(20, 3) { DecodePooling = pooling };
        var random = new Random(3);
        double[] attention = Attention(random, 21)[0];
        int[] straight = [.. Enumerable.Range(0, 21)];
        int[] shuffled = (int[])straight.Clone();
        random.Shuffle(shuffled.AsSpan(0, 18));
        int[] first = CakeDecode.Survivors([attention], straight, 9, options);
        int[] second = CakeDecode.Survivors([[.. shuffled.Select(position => attention[position])]], shuffled, 9, options);
        Assert.Equal(same, first.Order().SequenceEqual(second.Select(slot => shuffled[slot]).Order()));
    }

    [Fact]
    public void Survivors_BadArguments_ThrowSpecificExceptions()
    {
        var options = new CakeOptions(10, 2);
        Assert.Throws<ArgumentException>(() => CakeDecode.Survivors([new double[3]], [0, 1, 2, 3], 2, options));
        Assert.Throws<ArgumentOutOfRangeException>(() => CakeDecode.Survivors([new double[3]], [0, 1, 2], -1, options));
    }

    private static double[][] Attention(Random random, int stored) =>
        [.. Enumerable.Range(0, 2).Select(_ => Enumerable.Range(0, stored).Select(_ => random.NextDouble()).ToArray())];
}
