using KvCompose.Reference.IceCache;

namespace KvCompose.Tests.Reference.IceCache;

public class ResidencyTests
{
    [Fact]
    public void Between_RandomSelections_HoldsTheSelectionAndMovesNothing()
    {
        var random = new Random(4);
        int[] resident = [.. Enumerable.Repeat(-1, 8)];
        for (int step = 0; step < 200; step++)
        {
            int[] pages = [.. Enumerable.Range(0, 30)];
            random.Shuffle(pages);
            int[] selected = pages[..random.Next(1, 9)];
            HashSet<int> dirty = [.. pages.Where(_ => random.Next(5) == 0)];
            SlotDifference difference = SlotDifference.Between(selected, resident, dirty.Contains);
            Assert.Subset(difference.Resident.ToHashSet(), selected.ToHashSet());
            int missing = selected.Except(resident).Count();
            int stale = selected.Intersect(resident).Count(dirty.Contains);
            Assert.Equal(missing + stale, difference.Loads.Length);
            foreach (int kept in selected.Where(page => resident.Contains(page) && !dirty.Contains(page)))
            {
                Assert.Equal(Array.IndexOf(resident, kept), Array.IndexOf(difference.Resident, kept));
            }

            int[] held = [.. difference.Resident.Where(page => page >= 0)];
            Assert.Equal(held.Length, held.Distinct().Count());
            resident = difference.Resident;
        }
    }

    [Fact]
    public void Between_MorePagesThanSlotsOrAPageTwice_Throws()
    {
        Assert.Throws<ArgumentException>(() => SlotDifference.Between([1, 2, 3], [0, 4], _ => false));
        Assert.Throws<ArgumentException>(() => SlotDifference.Between([1, 1], [0, 4], _ => false));
    }

    [Fact]
    public void Interleave_ListsOfDifferentLengths_TakesRankByRank()
    {
        Assert.Equal([3, 5, 1, 2], GroupMerge.Interleave([[3, 1], [5, 3, 2, 9]], 4));
        Assert.Equal([3, 5, 1, 2, 9], GroupMerge.Interleave([[3, 1], [5, 3, 2, 9]], 40));
    }
}
