using KvCompose.Conformance.Kinds.IceCache;
using KvCompose.Conformance.Reading;
using KvCompose.Reference.IceCache;
using KvCompose.Residency.Pages;

namespace KvCompose.Tests.Retrieval;

public class PageRankerTests
{
    private const double Rounding = 1e-4;

    public static TheoryData<PageFormation, PageRanking, int> Combinations()
    {
        var combinations = new TheoryData<PageFormation, PageRanking, int>();
        foreach (PageFormation formation in Enum.GetValues<PageFormation>())
        {
            foreach (PageRanking ranking in Enum.GetValues<PageRanking>())
            {
                combinations.Add(formation, ranking, 16);
                combinations.Add(formation, ranking, 80);
            }
        }

        return combinations;
    }

    [Theory]
    [MemberData(nameof(Combinations))]
    public void Choose_OneQueryWithoutPrefilter_IsThePlainRankingOfThePages(PageFormation formation, PageRanking ranking, int headDim)
    {
        GeneratedKeys data = GeneratedKeys.Make("drift", 900, headDim, 5, 3);
        using var index = new IndexCase(data.Keys, headDim, 700, new PageIndexSettings { Formation = formation, Ranking = ranking, Prefilter = 0 });
        SortedDictionary<int, int[]> pages = index.Pages();
        foreach (float[] query in data.Queries.Chunk(headDim))
        {
            Dictionary<int, double> scores = pages.ToDictionary(page => page.Key, page => Plain(ranking, data.Keys, page.Value, query));
            int[] chosen = index.Choose(query, 400).Pages;
            for (int rank = 1; rank < chosen.Length; rank++)
            {
                Assert.True(scores[chosen[rank - 1]] >= scores[chosen[rank]] - Rounding);
            }

            double worst = scores[chosen[^1]];
            Assert.All(scores.Where(page => !chosen.Contains(page.Key)), page => Assert.True(page.Value <= worst + Rounding));
            int held = chosen.Sum(page => pages[page].Length);
            Assert.InRange(held, 400 - 15, 400);
        }
    }

    [Theory]
    [MemberData(nameof(Combinations))]
    public void Choose_LargerBudget_StartsWithTheSmallerChoice(PageFormation formation, PageRanking ranking, int headDim)
    {
        GeneratedKeys data = GeneratedKeys.Make("clustered", 900, headDim, 4, 3);
        using var index = new IndexCase(data.Keys, headDim, 900, new PageIndexSettings { Formation = formation, Ranking = ranking, Prefilter = 0 });
        int[] before = [];
        for (int budget = 16; budget <= 320; budget += 16)
        {
            (int[] chosen, _) = index.Choose(data.Queries, budget);
            Assert.Equal(before, chosen[..before.Length]);
            Assert.Equal(chosen.Length, chosen.Distinct().Count());
            before = chosen;
        }
    }

    [Fact]
    public void Choose_GroupByAttentionMass_HoldsThePagesWithTheLargestSumOfShares()
    {
        const int headDim = 32, group = 4;
        GeneratedKeys data = GeneratedKeys.Make("clustered", 900, headDim, group, 3);
        using var index = new IndexCase(data.Keys, headDim, 900, new PageIndexSettings { Prefilter = 0 });
        ExactRetrieval[] exact = [.. data.Queries.Chunk(headDim).Select(query => new ExactRetrieval(data.Keys, query))];
        SortedDictionary<int, int[]> pages = index.Pages();
        int[] chosen = index.Choose(data.Queries, 256).Pages;
        double worst = chosen.Min(Share);
        Assert.All(pages.Keys.Except(chosen), page => Assert.True(Share(page) <= worst + 1e-5));

        double Share(int page) => exact.Sum(head => head.Mass(pages[page]));
    }

    [Theory]
    [InlineData(PageRanking.Quest)]
    [InlineData(PageRanking.ExactMax)]
    public void Choose_GroupByRank_InterleavesTheHeads(PageRanking ranking)
    {
        const int headDim = 32, group = 3;
        GeneratedKeys data = GeneratedKeys.Make("drift", 640, headDim, group, 3);
        using var index = new IndexCase(
            data.Keys, headDim, 640, new PageIndexSettings { Formation = PageFormation.Contiguous, Ranking = ranking, Prefilter = 0 });
        int[][] single = [.. data.Queries.Chunk(headDim).Select(query => index.Choose(query, 192).Pages)];
        Assert.Equal(GroupMerge.Interleave(single, 12), index.Choose(data.Queries, 192).Pages);
    }

    [Fact]
    public void Choose_HeadsInAnotherOrder_ChoosesTheSamePages()
    {
        const int headDim = 16;
        GeneratedKeys data = GeneratedKeys.Make("clustered", 2000, headDim, 4, 3);
        using var index = new IndexCase(data.Keys, headDim, 2000);
        float[] turned = [.. data.Queries.Chunk(headDim).Reverse().SelectMany(query => query)];
        Assert.Equal(index.Choose(data.Queries, 128).Pages.Order(), index.Choose(turned, 128).Pages.Order());
    }

    [Fact]
    public void Choose_BudgetHoldsEverything_ReturnsEveryPageAndScoresNothing()
    {
        using var index = new IndexCase(GeneratedKeys.Make("iso", 200, 16, 1, 3).Keys, 16, 200);
        (int[] pages, int products) = index.Choose(new float[16], 200);
        Assert.Equal(index.Pages().Keys, pages);
        Assert.Equal(0, products);
        using var empty = new IndexCase([], 16, 0);
        Assert.Empty(empty.Choose(new float[16], 64).Pages);
    }

    [Fact]
    public void Choose_QueryIsNotANumber_ChoosesDeterministically()
    {
        using var index = new IndexCase(GeneratedKeys.Make("iso", 500, 16, 1, 3).Keys, 16, 500);
        float[] query = new float[16];
        query[3] = float.NaN;
        Assert.Equal(index.Choose(query, 64).Pages, index.Choose(query, 64).Pages);
    }

    // The floors at 12 pages of 16, d = 128, with no more keys scored than the published search; seeds of our own.
    [Theory]
    [InlineData("clustered", 8192, 7, 0.81, 2642)]
    [InlineData("clustered", 8192, 404, 0.81, 2642)]
    [InlineData("drift", 8192, 7, 0.32, 2971)]
    [InlineData("clustered", 32768, 405, 0.61, 2244)]
    [InlineData("drift", 32768, 7, 0.085, 4567)]
    public void Choose_GeneratedKeys_HoldsTheMassOfTheTargets(string family, int tokens, int seed, double floor, int referenceProducts)
    {
        RetrievalData data = RetrievalData.Make(family, tokens, 128, 48, seed);
        using var index = new IndexCase(data.Data.Keys, 128, tokens);
        (double mass, double products) = Quality(index, data);
        Assert.InRange(mass, floor, 1);
        Assert.InRange(products, 1, referenceProducts);
    }

    // Half of the tokens inserted: 0.95 of a build's mass. All of them, which no prompt's index is: the landmarks were never seen by a build, and the
    // published index, which keeps 0.193 of 0.246 when half is inserted, has no figure for it.
    [Theory]
    [InlineData("clustered")]
    [InlineData("drift")]
    public void Choose_AfterInsertions_HoldsNearlyWhatARebuiltIndexHolds(string family)
    {
        RetrievalData data = RetrievalData.Make(family, 4096, 64, 48, 5);
        using var rebuilt = new IndexCase(data.Data.Keys, 64, 4096);
        foreach ((int built, double share) in new[] { (2048, 0.95), (0, 0.9) })
        {
            using var grown = new IndexCase(data.Data.Keys, 64, built);
            Assert.InRange(Quality(grown, data).Mass, share * Quality(rebuilt, data).Mass, 1);
        }
    }

    private static (double Mass, double Products) Quality(IndexCase index, RetrievalData data)
    {
        SortedDictionary<int, int[]> pages = index.Pages();
        double mass = 0, products = 0;
        using PageReader reader = index.Index.Read();
        using var ranker = new PageRanker();
        for (int query = 0; query < data.Queries; query++)
        {
            (int[] chosen, int scored) = index.Choose(reader, ranker, data.Query(query), 192);
            products += scored;
            foreach (int token in chosen.SelectMany(page => pages[page]))
            {
                mass += data.Probabilities(query)[token];
            }
        }

        return (mass / data.Queries, products / data.Queries);
    }

    private static double Plain(PageRanking ranking, float[] keys, int[] tokens, float[] query)
    {
        int headDim = query.Length;
        float[] page = PageKeys.Gather(keys, headDim, tokens);
        IPageDigest digest = ranking switch
        {
            PageRanking.LogSumExp => new MemberDigest(page, headDim, weight: true),
            PageRanking.ExactMax => new MemberDigest(page, headDim, weight: false),
            PageRanking.Centroid => new MeanDigest(page, headDim),
            PageRanking.Quest => new QuestDigest(page, headDim),
            _ => new ArkValeDigest(page, headDim),
        };
        return digest.Score(query);
    }
}
