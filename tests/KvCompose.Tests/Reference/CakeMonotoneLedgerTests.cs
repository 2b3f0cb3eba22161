using KvCompose.Reference;

namespace KvCompose.Tests.Reference;

public class CakeMonotoneLedgerTests
{
    [Fact]
    public void Allocate_NextLayer_NoFinishedLayerRises()
    {
        foreach (CakeCase input in RandomCases())
        {
            int[] before = [];
            for (int soFar = 1; soFar <= input.Layers; soFar++)
            {
                int[] now = input.Budgets(soFar);
                Assert.All(before.Zip(now), pair => Assert.True(pair.Second <= pair.First));
                before = now;
            }
        }
    }

    [Fact]
    public void Allocate_EveryStage_UsesAllThatTheCapsAllow()
    {
        foreach (CakeCase input in RandomCases())
        {
            for (int soFar = 1; soFar <= input.Layers; soFar++)
            {
                Assert.Equal(Math.Min(input.Total, (long)soFar * input.Cap), input.Budgets(soFar).Sum());
            }
        }
    }

    [Fact]
    public void Allocate_RandomCases_NoLayerBelowTheWaterLevel()
    {
        foreach (CakeCase input in RandomCases())
        {
            double low = 0, high = 1e12;
            for (int halving = 0; halving < 200; halving++)
            {
                double middle = (low + high) / 2;
                bool fits = input.Preferences.Sum(preference => Math.Min(input.Cap, middle * preference)) <= input.Total;
                (low, high) = fits ? (middle, high) : (low, middle);
            }

            int[] budgets = input.Budgets(input.Layers);
            for (int layer = 0; layer < budgets.Length; layer++)
            {
                Assert.True(budgets[layer] > Math.Min(input.Cap, low * input.Preferences[layer]) - 1.000001);
            }
        }
    }

    [Fact]
    public void Allocate_LayersWithoutPreference_ShareWhatTheOthersCannotHold()
    {
        Assert.Equal([10, 50, 10, 10], new CakeLedger(CakeLedgerMode.Monotone, 28, 8).Allocate([0, 5, 0, 0], [50, 50, 50, 50], 4));
    }

    [Fact]
    public void Allocate_NanAfterGoodLayers_SharesEvenlyButRaisesNobody()
    {
        var ledger = new CakeLedger(CakeLedgerMode.Monotone, 28, 8);
        Assert.Equal([1, 79], ledger.Allocate([1, 79], [500, 500], 4));
        Assert.Equal([1, 40, 39], ledger.Allocate([1, 79, float.NaN], [500, 500, 500], 4));
    }

    private static IEnumerable<CakeCase> RandomCases() =>
        Enumerable.Range(0, CakeCase.Trials).Select(trial => CakeCase.Make(trial, CakeLedgerMode.Monotone)).Where(input => input.Cap > 0);
}
