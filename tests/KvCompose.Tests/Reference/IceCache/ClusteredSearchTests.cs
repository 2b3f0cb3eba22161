using KvCompose.Conformance.Kinds.IceCache;
using KvCompose.Conformance.Reading;
using KvCompose.Reference;
using KvCompose.Reference.IceCache;

namespace KvCompose.Tests.Reference.IceCache;

public class ClusteredSearchTests
{
    private const int HeadDim = 16;

    [Fact]
    public void Select_NoPrefilter_IsTheBruteForceRankingOfPages()
    {
        GeneratedKeys data = GeneratedKeys.Make("drift", 900, HeadDim, 6, 3);
        var index = new ClusteredIndex(data.Keys, HeadDim, new ClusteredSettings { Prefilter = 0 });
        foreach (float[] query in data.Queries.Chunk(HeadDim))
        {
            var exact = new ExactRetrieval(data.Keys, query);
            double[] mass = [.. index.Pages.Select(page => exact.Mass([.. page!.Tokens]))];
            int[] chosen = ClusteredSearch.Select(index, query, 900).Pages;
            Assert.Equal(Ranking.Top(mass, mass.Length), chosen);
        }
    }

    [Fact]
    public void Select_LargerBudget_StartsWithTheSmallerSelection()
    {
        GeneratedKeys data = GeneratedKeys.Make("clustered", 900, HeadDim, 4, 3);
        var index = new ClusteredIndex(data.Keys, HeadDim, new ClusteredSettings { Prefilter = 0 });
        int[] before = [];
        for (int budget = 16; budget <= 320; budget += 16)
        {
            int[] chosen = ClusteredSearch.Select(index, data.Queries, budget).Pages;
            Assert.Equal(before, chosen.Take(before.Length));
            Assert.InRange(chosen.Sum(page => index.Pages[page]!.Tokens.Count), 0, budget);
            before = chosen;
        }
    }

    [Fact]
    public void Select_HeadsInAnotherOrder_ChoosesTheSamePages()
    {
        GeneratedKeys data = GeneratedKeys.Make("clustered", 900, HeadDim, 4, 3);
        var index = new ClusteredIndex(data.Keys, HeadDim, new ClusteredSettings());
        float[] turned = [.. data.Queries.Chunk(HeadDim).Reverse().SelectMany(query => query)];
        Assert.Equal(
            ClusteredSearch.Select(index, data.Queries, 128).Pages, ClusteredSearch.Select(index, turned, 128).Pages);
    }

    [Fact]
    public void Select_Prefilter_ScoresLessThanEverything()
    {
        GeneratedKeys data = GeneratedKeys.Make("clustered", 4096, HeadDim, 1, 3);
        var index = new ClusteredIndex(data.Keys, HeadDim, new ClusteredSettings());
        Assert.InRange(ClusteredSearch.Select(index, data.Queries, 64).InnerProducts, index.LivePages + 64, index.LivePages + 256);
    }

    // The floors at 12 pages of 16, d = 128: no more than the reference's keys scored, more of the mass.
    [Theory]
    [InlineData("clustered", 0.81, 2641)]
    [InlineData("drift", 0.32, 2971)]
    public void Select_8KKeys_HoldsTheMassOfTheTargets(string family, double floor, int referenceProducts)
    {
        RetrievalData data = RetrievalData.Make(family, 8192, 128, 48, 7);
        var index = new ClusteredIndex(data.Data.Keys, 128, new ClusteredSettings());
        RetrievalQuality quality = RetrievalQuality.Of(data, 48, 12, query => RetrievalSubject.Select(index, data.Query(query), 192));
        Assert.InRange(quality.Mass, floor, 1);
        Assert.InRange(ClusteredSearch.Select(index, data.Query(0), 192).InnerProducts, 1, referenceProducts);
    }

    [Theory]
    [InlineData("clustered")]
    [InlineData("drift")]
    public void Select_AfterInsertions_HoldsNearlyWhatARebuiltIndexHolds(string family)
    {
        RetrievalData data = RetrievalData.Make(family, 4096, 64, 48, 5);
        RetrievalQuality rebuilt = Quality(new ClusteredIndex(data.Data.Keys, 64, new ClusteredSettings()));
        RetrievalQuality grown = Quality(IceData.Grown(data.Data.Keys, 64, 2048));
        Assert.InRange(grown.Mass, 0.95 * rebuilt.Mass, 1);
        Assert.InRange(grown.RecallOfBudget, 0.9 * rebuilt.RecallOfBudget, 1);

        RetrievalQuality Quality(ClusteredIndex index)
            => RetrievalQuality.Of(data, 48, 12, query => RetrievalSubject.Select(index, data.Query(query), 192));
    }

    [Fact]
    public void Select_QueryOfAnotherLength_Throws()
    {
        var index = new ClusteredIndex(IceData.Keys("iso", 50, HeadDim), HeadDim, new ClusteredSettings());
        Assert.Throws<ArgumentException>(() => ClusteredSearch.Select(index, new float[HeadDim + 1], 16));
        Assert.Throws<ArgumentException>(() => ClusteredSearch.Select(index, [], 16));
    }
}
