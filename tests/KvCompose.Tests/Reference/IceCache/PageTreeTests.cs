using KvCompose.Reference.IceCache;

namespace KvCompose.Tests.Reference.IceCache;

public class PageTreeTests
{
    private const int HeadDim = 16;

    [Theory]
    [InlineData("clustered", 900, 900)]
    [InlineData("drift", 900, 500)]
    [InlineData("iso", 900, 130)]
    [InlineData("iso", 40, 3)]
    public void Tree_BuiltAndGrown_HoldsEveryTokenOnceInOrder(string family, int tokens, int built)
    {
        PageTree tree = Grown(IceData.Keys(family, tokens, HeadDim), built);
        var seen = new HashSet<int>();
        for (int page = 0; page < tree.PageCount; page++)
        {
            Assert.InRange(tree.Page(page).Count, 0, 16);
            for (int slot = 0; slot < tree.Page(page).Count; slot++)
            {
                int token = tree.Page(page)[slot];
                Assert.True(seen.Add(token));
                Assert.Equal((page, slot), (tree.PageOf(token), tree.SlotOf(token)));
            }
        }

        Assert.Equal(tokens, seen.Count);
        foreach (int parent in Enumerable.Range(-1, tokens + 1))
        {
            double[] along = [.. tree.CellTokens(parent).Select(tree.Projected)];
            Assert.Equal(along.Order(), along);
        }
    }

    [Fact]
    public void Build_EveryCell_IsCutIntoBalancedPages()
    {
        PageTree tree = IceData.Tree(IceData.Keys("drift", 900, HeadDim), HeadDim);
        foreach (int parent in Enumerable.Range(-1, 901))
        {
            int[] sizes = [.. tree.CellPages(parent).Select(page => tree.Page(page).Count)];
            Assert.Equal(LeafSizes.Of(sizes.Sum(), 16), sizes);
        }
    }

    [Theory]
    [InlineData(900)]
    [InlineData(450)]
    public void Parent_ExactMode_IsTheNearestOfTheLevelAbove(int built)
    {
        PageTree tree = Grown(IceData.Keys("clustered", 900, HeadDim), built);
        for (int token = 0; token < 900; token++)
        {
            int above = tree.LevelOf(token) + 1;
            int expected = above == tree.Levels.Count
                ? PageTree.Root
                : tree.Levels[above].MinBy(landmark => (tree.Keys.HalfSquaredDistance(token, landmark), landmark));
            Assert.Equal(expected, tree.ParentOf(token));
        }
    }

    [Fact]
    public void Insert_OneByOne_GivesTheLevelsOfOneBuild()
    {
        float[] keys = IceData.Keys("iso", 700, HeadDim);
        IReadOnlyList<IReadOnlyList<int>> grown = Grown(keys, 1).Levels;
        IReadOnlyList<IReadOnlyList<int>> built = IceData.Tree(keys, HeadDim).Levels;
        Assert.Equal(built, grown);
    }

    [Fact]
    public void Insert_Key_DirtiesThePageThatTakesIt()
    {
        float[] keys = IceData.Keys("iso", 300, HeadDim);
        PageTree tree = IceData.Tree(keys, HeadDim);
        for (int page = 0; page < tree.PageCount; page++)
        {
            tree.MarkClean(page);
        }

        int token = PageTreeInsertion.Insert(tree, IceData.Keys("iso", 1, HeadDim, 77));
        Assert.Equal(300, token);
        Assert.True(tree.IsDirty(tree.PageOf(token)));
        Assert.InRange(Enumerable.Range(0, tree.PageCount).Count(tree.IsDirty), 1, 2);
    }

    [Fact]
    public void Insert_LongerThanAllOthers_KeepsTheCellsOrdered()
    {
        float[] keys = IceData.Keys("iso", 300, HeadDim);
        PageTree tree = IceData.Tree(keys, HeadDim);
        PageTreeInsertion.Insert(tree, [.. keys[..HeadDim].Select(value => 4 * value)]);
        double[] along = [.. tree.CellTokens(tree.ParentOf(300)).Select(tree.Projected)];
        Assert.Equal(along.Order(), along);
    }

    [Fact]
    public void Build_AnchorShortcut_KeepsEveryTokenAndAgreesWithExactParentsMostly()
    {
        float[] keys = IceData.Keys("drift", 3400, HeadDim);
        PageTree exact = IceData.Tree(keys, HeadDim);
        PageTree anchored = IceData.Tree(keys, HeadDim, new IceCacheSettings { Anchors = AnchorShortcut.Brain });
        int same = Enumerable.Range(0, 3400).Count(token => exact.ParentOf(token) == anchored.ParentOf(token));
        Assert.InRange(same, 2000, 3399);
    }

    [Fact]
    public void Build_BeamToParents_FindsTheNearestNearlyAlways()
    {
        float[] keys = IceData.Keys("clustered", 2000, HeadDim);
        PageTree exact = IceData.Tree(keys, HeadDim);
        PageTree walked = IceData.Tree(keys, HeadDim, new IceCacheSettings { ExhaustiveLimit = 8 });
        int same = Enumerable.Range(0, 2000).Count(token => exact.ParentOf(token) == walked.ParentOf(token));
        Assert.InRange(same, 1900, 2000);
    }

    [Fact]
    public void Build_NoKey_Throws() => Assert.Throws<ArgumentException>(() => IceData.Tree([], HeadDim));

    private static PageTree Grown(float[] keys, int built)
    {
        PageTree tree = IceData.Tree(keys[..(built * HeadDim)], HeadDim);
        for (int token = built; token < keys.Length / HeadDim; token++)
        {
            PageTreeInsertion.Insert(tree, keys.AsSpan(token * HeadDim, HeadDim));
        }

        return tree;
    }
}
