using KvCompose.Reference.VlCache;

namespace KvCompose.Tests.Reference;

/// <summary>What clipping leaves over of a budget; the vectors have one of the two ways to fill.</summary>
public class VlCacheBudgetTests
{
    [Fact]
    public void Rows_NothingClipped_IsTheLargestRemainderOfTheShares()
    {
        // 0.25 of 3·10 rows is 7; shares 0.6, 0.25 and 0.15 of 7.5: 4.5, 1.875 and 1.125.
        int[] rows = new VlCacheBudget(0.25).Rows([0.6, 0.25, 0.15], 10);

        Assert.Equal([4, 2, 1], rows);
    }

    [Fact]
    public void Rows_OneLayerClipped_TheOthersShareByDensity()
    {
        // 0.7 of 3·10 rows is 21; shares 16.8 (clipped to 10), 2.52 and 1.68. After 10, 3 and 2 remain 6, by 0.12 to 0.08: 3.6 and 2.4.
        int[] rows = new VlCacheBudget(0.7).Rows([0.8, 0.12, 0.08], 10);

        Assert.Equal([10, 7, 4], rows);
    }

    [Fact]
    public void Rows_ShareThatOverfillsALayer_FillsItAndGivesTheRestOn()
    {
        // 0.9 of 3·10 rows is 27; shares 21.6 (clipped to 10), 4.86 and 0.54. After 10, 5 and 2 remain 10, of which layer 1 has room for 5.
        int[] rows = new VlCacheBudget(0.9).Rows([0.8, 0.18, 0.02], 10);

        Assert.Equal([10, 10, 7], rows);
    }

    [Fact]
    public void Rows_FilledAsListed_FillsLowerLayersFirst()
    {
        int[] rows = new VlCacheBudget(0.7, VlCacheFilling.Listed).Rows([0.8, 0.12, 0.08], 10);

        Assert.Equal([10, 9, 2], rows);
    }
}
