using KvCompose.Reference;

namespace KvCompose.Tests.Stages;

public class CakeDivisionTests
{
    public static TheoryData<CakeLedgerMode> Modes => [CakeLedgerMode.Monotone, CakeLedgerMode.ReferenceExact];

    [Theory]
    [MemberData(nameof(Modes))]
    public void Allocate_RandomShapes_EqualsTheReference(CakeLedgerMode mode)
    {
        for (int seed = 0; seed < 400; seed++)
        {
            var random = new Random(seed);
            int window = random.Next(2, 33), cacheSize = window + random.Next(0, 120), layers = random.Next(1, 17), soFar = random.Next(1, layers + 1);
            double spread = random.NextDouble() * 4;
            float[] preferences = [.. Enumerable.Range(0, soFar).Select(_ => Preference(random, spread))];
            int[] caps = [.. Enumerable.Range(0, soFar).Select(_ => random.Next(4) == 0 ? random.Next(3) : random.Next(2000))];
            var budgets = new int[soFar];
            new CakeDivision(mode, cacheSize, window).Allocate(preferences, caps, layers, budgets);
            Assert.Equal(new CakeLedger(mode, cacheSize, window).Allocate(preferences, caps, layers), budgets);
        }
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public void Evicts_AroundTheThreshold_EqualsTheReference(CakeLedgerMode mode)
    {
        for (int tokens = 95; tokens < 115; tokens++)
        {
            Assert.Equal(new CakeLedger(mode, 100, 8).Evicts(tokens), new CakeDivision(mode, 100, 8).Evicts(tokens));
        }
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public void Allocate_WarmedUp_AllocatesNoMemory(CakeLedgerMode mode)
    {
        var division = new CakeDivision(mode, 1024, 32);
        float[] preferences = [1, float.NaN, 3, 4];
        int[] caps = [8000, 8000, 8000, 8000], budgets = new int[4];
        division.Allocate(preferences, caps, 4, budgets);
        long before = GC.GetAllocatedBytesForCurrentThread();
        division.Allocate(preferences, caps, 4, budgets);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void Preference_RandomStatistics_EqualsTheReference()
    {
        var random = new Random(1);
        for (int trial = 0; trial < 500; trial++)
        {
            double entropy = Math.Exp(8 * (random.NextDouble() - 0.5)), variance = Math.Exp(20 * (random.NextDouble() - 0.8));
            double tau1 = 0.1 + (3 * random.NextDouble()), tau2 = 0.1 + (3 * random.NextDouble());
            int promptTokens = random.Next(2, 5000), tokens = random.Next(1, promptTokens + 1);
            double own = CakeLayerPreference.Comparable(entropy, tokens, promptTokens);
            Assert.Equal(CakePreference.Comparable(entropy, tokens, promptTokens), own);
            Assert.Equal(CakePreference.Of(own, variance, tau1, tau2), CakeLayerPreference.Of(own, variance, tau1, tau2));
        }
    }

    private static float Preference(Random random, double spread) => random.Next(40) switch
    {
        0 => float.NaN,
        1 => float.PositiveInfinity,
        2 => -1,
        < 8 => 0,
        < 14 => 1,
        _ => (float)Math.Exp(spread * ((2 * random.NextDouble()) - 1)),
    };
}
