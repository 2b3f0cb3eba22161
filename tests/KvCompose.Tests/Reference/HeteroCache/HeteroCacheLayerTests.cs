using KvCompose.Reference;
using KvCompose.Reference.HeteroCache;

namespace KvCompose.Tests.Reference.HeteroCache;

public class HeteroCacheLayerTests
{
    private static readonly HeadProfile Star = HeteroCacheSample.OneStar(1, 1.4, 0.6);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void Decode_WholePromptResident_EqualsFullAttention(int groupSize)
    {
        var sample = new HeteroCacheSample(31, 20, 4, groupSize, 8);
        LayerPrompt prompt = sample.Prompt();
        var settings = new HeteroSettings { Ratio = 1, PageTokens = 4, MaxNewTokens = 1 };
        var layer = new HeteroLayer(settings, HeteroCacheSample.OneStar(1, 1, 1), 0, prompt);
        float[] queries = sample.Queries(), keys = sample.Rows(), values = sample.Rows();

        float[] output = layer.Decode(queries, keys, values).Output;

        for (int queryHead = 0; queryHead < 4 * groupSize; queryHead++)
        {
            int head = queryHead / groupSize;
            float[] allKeys = [.. prompt.KeysOf(head), .. keys.AsSpan(head * 8, 8)];
            float[] allValues = [.. prompt.ValuesOf(head), .. values.AsSpan(head * 8, 8)];
            double[,] probabilities = WindowAttention.Probabilities(queries.AsSpan(queryHead * 8, 8), allKeys, 1, 21, 8);
            for (int column = 0; column < 8; column++)
            {
                double expected = Enumerable.Range(0, 21).Sum(token => probabilities[0, token] * allValues[token * 8 + column]);
                Assert.Equal(expected, output[queryHead * 8 + column], 1e-5);
            }
        }
    }

    [Theory]
    [InlineData(1, RetrievalVisibility.NextToken)]
    [InlineData(2, RetrievalVisibility.SameToken)]
    public void Decode_DriftingQueries_KeepsEveryPromiseOfTheMethod(int groupSize, RetrievalVisibility visibility)
    {
        var sample = new HeteroCacheSample(32, 60, 4, groupSize, 8);
        LayerPrompt prompt = sample.Prompt();
        var settings = new HeteroSettings
        {
            Ratio = 0.5,
            Window = 3,
            DriftThreshold = 0.9,
            PageTokens = 4,
            MaxNewTokens = 12,
            Visibility = visibility,
        };
        var layer = new HeteroLayer(settings, Star, 0, prompt);
        int[] kept = [.. layer.Lengths];
        int[] anchor = layer.PromptPositions(1);
        var checks = new List<DriftCheck>();
        float[] queries = [];
        for (int step = 0; step < 12; step++)
        {
            queries = sample.Queries();
            checks.AddRange(layer.Decode(queries, sample.Rows(), sample.Rows()).Checks);
        }

        Assert.Equal([2, 5, 8, 11], checks.Select(check => check.Step));
        Assert.Equal(kept.Select(length => length + 12), layer.Lengths);
        Assert.Equal(Enumerable.Range(0, 60), layer.PromptPositions(0));
        Assert.Equal(anchor, layer.PromptPositions(1));

        double[] scores = settings.Scores.Of(queries.AsSpan(0, groupSize * 8), prompt.KeysOf(0), 8);
        StarRefresh refresh = Assert.IsType<StarRefresh>(checks[^1].Refresh);
        Assert.Equal(Ranking.Top(scores, layer.Budget.Base).Order(), refresh.Reference);
        Assert.Equal(Ranking.Top(scores, kept[2]).Order(), layer.PromptPositions(2));
        Assert.Equal(Ranking.Top(scores, kept[3]).Order(), layer.PromptPositions(3));
    }

    [Fact]
    public void Decode_Visibility_DecidesWhichTokenSeesTheRefreshFirst()
    {
        float[][] next = Outputs(RetrievalVisibility.NextToken), same = Outputs(RetrievalVisibility.SameToken);

        Assert.Equal(next[0], same[0]);
        Assert.NotEqual(next[1], same[1]);
        Assert.Equal(next[2], same[2]);

        static float[][] Outputs(RetrievalVisibility visibility)
        {
            var sample = new HeteroCacheSample(33, 60, 4, 2, 8);
            var layer = new HeteroLayer(
                new HeteroSettings { Window = 2, DriftThreshold = 0.95, Visibility = visibility }, Star, 0, sample.Prompt());
            return [.. Enumerable.Range(0, 3).Select(_ => layer.Decode(sample.Queries(), sample.Rows(), sample.Rows()).Output)];
        }
    }

    [Fact]
    public void Decode_SetsThatMustOverlap_NeverTriggers()
    {
        // base/n = 55/64 is above 1/(2 - tau): two such sets share more than tau of their positions.
        var sample = new HeteroCacheSample(34, 64, 4, 2, 8);
        var layer = new HeteroLayer(new HeteroSettings { Ratio = 0.9, Window = 1 }, Star, 0, sample.Prompt());

        for (int step = 0; step < 30; step++)
        {
            Assert.Null(Assert.Single(layer.Decode(sample.Queries(), sample.Rows(), sample.Rows()).Checks).Refresh);
        }
    }

    [Fact]
    public void Decode_BaseOfZero_NeverTriggersAndHoldsGeneratedTokensOnly()
    {
        var sample = new HeteroCacheSample(35, 2, 4, 2, 8);
        var settings = new HeteroSettings { Window = 1, DriftThreshold = 1 };
        var layer = new HeteroLayer(settings, HeteroCacheSample.OneStar(1, 1, 1), 0, sample.Prompt());

        DriftCheck check = Assert.Single(layer.Decode(sample.Queries(), sample.Rows(), sample.Rows()).Checks);

        Assert.True(double.IsNaN(check.Median));
        Assert.Null(check.Refresh);
        Assert.Equal([3, 1, 1, 1], layer.Lengths);
    }

    [Fact]
    public void Decode_OneTokenPrompt_KeepsItInEveryHead()
    {
        var sample = new HeteroCacheSample(36, 1, 4, 2, 8);
        var layer = new HeteroLayer(new HeteroSettings { Window = 1 }, Star, 0, sample.Prompt());

        Assert.Null(Assert.Single(layer.Decode(sample.Queries(), sample.Rows(), sample.Rows()).Checks).Refresh);
        Assert.Equal([2, 2, 2, 2], layer.Lengths);
    }

    [Fact]
    public void Decode_NoPivots_ChecksNothing()
    {
        var sample = new HeteroCacheSample(37, 30, 2, 2, 8);
        var profile = new HeadProfile([[HeadClass.Anchor, HeadClass.Anchor]], [[1, 1]], [[]]);
        var layer = new HeteroLayer(new HeteroSettings { Window = 1 }, profile, 0, sample.Prompt());

        Assert.Empty(layer.Decode(sample.Queries(), sample.Rows(), sample.Rows()).Checks);
        Assert.False(layer.NeedsBackingStore);
    }

    [Fact]
    public void Decode_BeyondThePagesOfThePlan_IsRefused()
    {
        var sample = new HeteroCacheSample(38, 8, 4, 1, 8);
        var layer = new HeteroLayer(new HeteroSettings { PageTokens = 1, MaxNewTokens = 1 }, Star, 0, sample.Prompt());
        layer.Decode(sample.Queries(), sample.Rows(), sample.Rows());

        Assert.Throws<InvalidOperationException>(() => layer.Decode(sample.Queries(), sample.Rows(), sample.Rows()));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public void Prompt_ShorterThanTheKernel_IsScoredWithZeroPadding(int tokens)
    {
        var sample = new HeteroCacheSample(39, tokens, 4, 2, 8);

        var layer = new HeteroLayer(new HeteroSettings { Ratio = 0.8 }, HeteroCacheSample.OneStar(1, 1, 1), 0, sample.Prompt());

        Assert.All(layer.Lengths, length => Assert.InRange(length, 1, tokens));
    }

    [Fact]
    public void Prompt_FlatAttention_PrefersTheMiddleThenLowerPositions()
    {
        LayerPrompt prompt = new HeteroCacheSample(40, 40, 4, 2, 8).Prompt();

        var layer = new HeteroLayer(
            new HeteroSettings { Ratio = 0.5 }, Star, 0, prompt with { LastQueries = new float[prompt.LastQueries.Length] });

        Assert.Equal(Enumerable.Range(2, layer.Lengths[1]), layer.PromptPositions(1));
    }

    [Fact]
    public void Settings_WindowOfZero_IsRefused() => Assert.Throws<ArgumentOutOfRangeException>(
        () => new HeteroLayer(new HeteroSettings { Window = 0 }, Star, 0, new HeteroCacheSample(41, 10, 4, 2, 8).Prompt()));
}
