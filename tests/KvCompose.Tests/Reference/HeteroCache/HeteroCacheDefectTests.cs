using KvCompose.Reference.HeteroCache;

namespace KvCompose.Tests.Reference.HeteroCache;

public class HeteroCacheDefectTests
{
    [Fact]
    public void StarRefresh_SmallerSatellite_LosesItsLatestPositionsOnlyInTheReference()
    {
        double[] scores = [1, 0, 5, 2, 0, 4, 3, 6];

        StarRefresh intended = StarRefresh.Of(scores, [5, 2], 3, PublishedDefects.None);
        StarRefresh exact = StarRefresh.Of(scores, [5, 2], 3, PublishedDefects.ReferenceExact);

        Assert.Equal([2, 5, 7], intended.Reference);
        Assert.Equal([2, 3, 5, 6, 7], intended.Fetched[0]);
        Assert.Equal([2, 7], intended.Fetched[1]);
        Assert.Equal(intended.Fetched[0], exact.Fetched[0]);
        Assert.Equal([2, 3], exact.Fetched[1]);
    }

    [Theory]
    [InlineData(PublishedDefects.None, new[] { 2, 0 }, false)]
    [InlineData(PublishedDefects.ReferenceExact, new[] { 0, 2 }, true)]
    public void DriftMonitor_StarsAgainstPhysicalOrder_ComparesWithAnotherPivotOnlyInTheReference(
        PublishedDefects defects, int[] referenceHeads, bool triggers)
    {
        PivotGroup[] stars = [new(2, 3), new(0, 1)];
        var selection = new PromptSelection([], [0, 2], [[0, 1], [4, 5]]);
        var monitor = new DriftMonitor(new HeteroSettings { Window = 1, Defects = defects }, stars, selection);
        double[][] scores = [[9, 8, 0, 0, 0, 0], [], [0, 0, 0, 0, 9, 8]];

        IReadOnlyList<DriftCheck> first = monitor.Push(0, [], (pivot, _) => scores[pivot], [0, 2, 0, 2]);
        IReadOnlyList<DriftCheck> second = monitor.Push(1, [], (pivot, _) => scores[pivot], [0, 2, 0, 2]);

        Assert.Equal(referenceHeads, first.Select(check => check.ReferenceHead));
        Assert.All(first, check => Assert.Equal(triggers, check.Refresh is not null));
        Assert.All(second, check => Assert.Equal(1, check.Median));
    }

    [Fact]
    public void HeteroLayer_BudgetsFlooredInTwoPrecisions_LeaveOneSlotStale()
    {
        (HeteroLayer exact, int[] before) = Refreshed(PublishedDefects.ReferenceExact, pageTokens: 256);
        (HeteroLayer intended, _) = Refreshed(PublishedDefects.None, pageTokens: 256);

        Assert.Equal((57, 56), (exact.Selection.Kept[2].Length, intended.Selection.Kept[2].Length));
        Assert.Equal(before[56], exact.PromptPositions(2)[56]);
        Assert.NotEqual(before[..56], exact.PromptPositions(2)[..56]);
    }

    [Fact]
    public void HeteroLayer_ExtraRowAtAPageBorder_FallsIntoTheNextHeadAndIsMissing()
    {
        (HeteroLayer exact, _) = Refreshed(PublishedDefects.ReferenceExact, pageTokens: 56);

        Assert.Equal(PageRows.Unwritten, exact.PromptPositions(2)[56]);
    }

    /// <summary>Base 100 and weight 0.57: 56 tokens in float64, 57 in float32.</summary>
    private static (HeteroLayer Layer, int[] Before) Refreshed(PublishedDefects defects, int pageTokens)
    {
        var sample = new HeteroCacheSample(51, 120, 4, 2, 8);
        HeadProfile profile = HeteroCacheSample.OneStar(1.29, 0.57, 1.14);
        var settings = new HeteroSettings
        {
            Ratio = 0.875,
            Window = 1,
            DriftThreshold = 1,
            PageTokens = pageTokens,
            MaxNewTokens = 1,
            Defects = defects,
        };
        var layer = new HeteroLayer(settings, profile, 0, sample.Prompt());
        int[] before = layer.PromptPositions(2);
        Assert.NotNull(Assert.Single(layer.Decode(sample.Queries(), sample.Rows(), sample.Rows()).Checks).Refresh);
        return (layer, before);
    }
}
