using KvCompose.Conformance.Reading;
using KvCompose.Reference;
using KvCompose.Reference.IceCache;

namespace KvCompose.Tests.Reference.IceCache;

public class TreeSearchTests
{
    private const int HeadDim = 16;

    [Theory]
    [InlineData("drift")]
    [InlineData("iso")]
    public void Select_UnlimitedBeamAndSmallCells_RanksPagesByTheirBestMemberExactly(string family)
    {
        GeneratedKeys data = GeneratedKeys.Make(family, 600, HeadDim, 8, 3);
        var settings = new IceCacheSettings { PromotionToFirst = 0.05f };
        PageTree tree = IceData.Tree(data.Keys, HeadDim, settings);
        int largest = Enumerable.Range(-1, 601).Max(parent => tree.CellTokens(parent).Count);
        Assert.InRange(largest, 1, 128);
        foreach (float[] query in data.Queries.Chunk(HeadDim))
        {
            double[] best = [.. Enumerable.Range(0, tree.PageCount)
                .Select(page => new MemberDigest(tree.Keys.Gather(tree.Page(page)), HeadDim, weight: false).Score(query))];
            Assert.Equal(Ranking.Top(best, tree.PageCount), TreeSearch.Select(tree, query, Math.Max(largest, tree.PageCount), 600).Pages);
        }
    }

    [Fact]
    public void Select_AnyBudget_ReturnsDistinctLivePages()
    {
        GeneratedKeys data = GeneratedKeys.Make("clustered", 1500, HeadDim, 1, 3);
        PageTree tree = IceData.Tree(data.Keys, HeadDim);
        foreach (int pages in new[] { 1, 4, 30 })
        {
            int[] chosen = TreeSearch.Select(tree, data.Queries, pages, 30).Pages;
            Assert.Equal(pages, chosen.Distinct().Count());
            Assert.All(chosen, page => Assert.NotEmpty(tree.Page(page)));
        }
    }

    [Theory]
    [InlineData(1, 300)]
    [InlineData(200, 256)]
    public void Select_LargeCell_ScoresOnlyRunsOfIt(float share, int scored)
    {
        // One level only: the root cell of 300 tokens is scored in runs of 128.
        PageTree tree = IceData.Tree(
            IceData.Keys("iso", 300, HeadDim), HeadDim, new IceCacheSettings { PromotionToFirst = 0.001f, QueryShare = share == 1 ? 1 : 0.8f });
        Assert.Equal(scored, TreeSearch.Select(tree, IceData.Keys("iso", 1, HeadDim, 9), 4, 30).KeysScored);
    }

    [Fact]
    public void Select_QueryThatIsNotFinite_Throws()
    {
        PageTree tree = IceData.Tree(IceData.Keys("iso", 50, HeadDim), HeadDim);
        var query = new float[HeadDim];
        query[5] = float.PositiveInfinity;
        Assert.Contains("element 5", Assert.Throws<ArgumentException>(() => TreeSearch.Select(tree, query, 1, 30)).Message);
    }
}
