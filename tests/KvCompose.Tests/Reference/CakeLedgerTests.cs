using KvCompose.Reference;

namespace KvCompose.Tests.Reference;

public class CakeLedgerTests
{
    public static TheoryData<CakeLedgerMode> Modes => [CakeLedgerMode.Monotone, CakeLedgerMode.ReferenceExact];

    [Theory]
    [MemberData(nameof(Modes))]
    public void Allocate_RandomStages_StaysWithinTotalAndCaps(CakeLedgerMode mode)
    {
        for (int trial = 0; trial < CakeCase.Trials; trial++)
        {
            CakeCase input = CakeCase.Make(trial, mode);
            for (int soFar = 1; soFar <= input.Layers; soFar++)
            {
                int[] budgets = input.Budgets(soFar);
                Assert.All(budgets, budget => Assert.InRange(budget, 0, input.Cap));
                Assert.InRange(budgets.Sum(), 0, input.Total);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public void Allocate_AllPreferencesScaled_SameBudgets(CakeLedgerMode mode)
    {
        for (int trial = 0; trial < CakeCase.Trials; trial++)
        {
            CakeCase input = CakeCase.Make(trial, mode);
            float[] scaled = [.. input.Preferences.Select(preference => preference * 0.0625f)];
            Assert.Equal(input.Budgets(input.Layers), input.Budgets(scaled));
        }
    }

    [Theory]
    [InlineData(CakeLedgerMode.Monotone, float.NaN, float.NaN)]
    [InlineData(CakeLedgerMode.ReferenceExact, float.NaN, float.NaN)]
    [InlineData(CakeLedgerMode.ReferenceExact, float.NaN, 3f)]
    [InlineData(CakeLedgerMode.Monotone, float.PositiveInfinity, 3f)]
    [InlineData(CakeLedgerMode.ReferenceExact, float.PositiveInfinity, 3f)]
    [InlineData(CakeLedgerMode.Monotone, -1f, 3f)]
    [InlineData(CakeLedgerMode.ReferenceExact, -1f, 3f)]
    [InlineData(CakeLedgerMode.Monotone, 0f, 0f)]
    [InlineData(CakeLedgerMode.ReferenceExact, -0f, 0f)]
    public void Allocate_NothingUsableInTheFirstLayer_UniformShares(CakeLedgerMode mode, float first, float others)
    {
        var ledger = new CakeLedger(mode, 24, 8);
        Assert.Equal([16, 16, 16, 16], ledger.Allocate([first, others, others, others], [500, 500, 500, 500], 4));
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public void Allocate_LayersWithFewerTokens_KeepToTheirOwnCaps(CakeLedgerMode mode)
    {
        var ledger = new CakeLedger(mode, 108, 8);
        Assert.Equal([190, 190, 20, 0], ledger.Allocate([1, 1, 1, 1], [300, 300, 20, 0], 4));
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public void Allocate_CacheOfTheWindowOnly_NothingBeyondIt(CakeLedgerMode mode)
        => Assert.Equal([0, 0, 0], new CakeLedger(mode, 8, 8).Allocate([1, 2, 3], [50, 50, 50], 3));

    [Theory]
    [InlineData(1, 4, "2 preferences and 1 caps")]
    [InlineData(2, 1, "of 1 layers")]
    public void Allocate_ListsThatDoNotFit_ThrowsWithTheirLengths(int caps, int layers, string complaint)
    {
        var ledger = new CakeLedger(CakeLedgerMode.Monotone, 64, 8);
        Assert.Contains(
            complaint,
            Assert.Throws<ArgumentException>(() => ledger.Allocate([1, 2], new int[caps], layers)).Message);
    }

    [Theory]
    [InlineData(64, 1, "window")]
    [InlineData(64, 0, "window")]
    [InlineData(7, 8, "cacheSize")]
    public void Constructor_ValueOutOfRange_NamesIt(int cacheSize, int window, string name) =>
        Assert.Equal(
            name,
            Assert.Throws<ArgumentOutOfRangeException>(() => new CakeLedger(CakeLedgerMode.Monotone, cacheSize, window)).ParamName);

    [Theory]
    [InlineData(CakeLedgerMode.Monotone, 100, false)]
    [InlineData(CakeLedgerMode.Monotone, 101, true)]
    [InlineData(CakeLedgerMode.ReferenceExact, 108, false)]
    [InlineData(CakeLedgerMode.ReferenceExact, 109, true)]
    public void Evicts_AroundTheThreshold_BeginsAboveIt(CakeLedgerMode mode, int tokens, bool evicts) =>
        Assert.Equal(evicts, new CakeLedger(mode, 100, 8).Evicts(tokens));
}
