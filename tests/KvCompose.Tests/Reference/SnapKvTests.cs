using KvCompose.Reference;
using PlainSnapKv = KvCompose.Reference.SnapKv;

namespace KvCompose.Tests.Reference;

public class SnapKvTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, 25)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Select_AnyShape_KeepsCapacityDistinctTokensAndTheWindow(int seed)
    {
        var heads = new RandomHeads(seed);
        foreach (ScoreGrouping grouping in Enum.GetValues<ScoreGrouping>())
        {
            var scoring = new WindowScoring(heads.Window, PoolingKind.Max, 5, grouping);
            TokenSelection selection = PlainSnapKv.Select(heads.Layout, heads.WindowQueries, heads.Keys, scoring, heads.Capacity);

            int rows = grouping == ScoreGrouping.PerQueryHead ? heads.Layout.QueryHeads : heads.Layout.KeyValueHeads;
            Assert.Equal(rows, selection.Kept.Length);
            Assert.All(selection.Kept, kept =>
            {
                Assert.Equal(heads.Capacity, kept.Distinct().Count(token => token >= 0 && token < heads.Tokens));
                Assert.Equal(Enumerable.Range(heads.Tokens - heads.Window, heads.Window), kept[^heads.Window..]);
            });
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Select_NoScoreIsLeftOutThatBeatsAKeptOne(int seed)
    {
        var heads = new RandomHeads(seed);
        var scoring = new WindowScoring(heads.Window, PoolingKind.Average, 3);
        TokenSelection selection = PlainSnapKv.Select(heads.Layout, heads.WindowQueries, heads.Keys, scoring, heads.Capacity);
        for (int head = 0; head < selection.Kept.Length; head++)
        {
            int[] chosen = selection.Kept[head][..^heads.Window];
            double[] scores = selection.Scores![head];
            int[] rejected = [.. Enumerable.Range(0, scores.Length).Except(chosen)];
            Assert.All(chosen, token => Assert.All(rejected, other => Assert.True(scores[token] >= scores[other])));
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Scores_TokensPermutedWithoutPooling_PermuteAlike(int seed)
    {
        var heads = new RandomHeads(seed);
        int d = heads.Layout.HeadDim, scored = heads.Tokens - heads.Window;
        int[] order = heads.Permutation(scored);
        float[] permuted = [.. heads.Keys];
        for (int head = 0; head < heads.Layout.KeyValueHeads; head++)
        {
            int start = head * heads.Tokens * d;
            for (int token = 0; token < scored; token++)
            {
                heads.Keys.AsSpan(start + order[token] * d, d).CopyTo(permuted.AsSpan(start + token * d, d));
            }
        }

        var scoring = new WindowScoring(heads.Window, PoolingKind.None, 1);
        double[][] before = scoring.Scores(heads.Layout, heads.WindowQueries, heads.Keys);
        double[][] after = scoring.Scores(heads.Layout, heads.WindowQueries, permuted);
        for (int head = 0; head < before.Length; head++)
        {
            for (int token = 0; token < scored; token++)
            {
                Assert.Equal(before[head][order[token]], after[head][token], 1e-12);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Scores_AveragePooling_CommutesWithTheGroupSum(int seed)
    {
        var heads = new RandomHeads(seed);
        var scoring = new WindowScoring(heads.Window, PoolingKind.Average, 7, ScoreGrouping.PoolThenReduce);
        double[][] pooledFirst = scoring.Scores(heads.Layout, heads.WindowQueries, heads.Keys);
        double[][] reducedFirst = (scoring with { Grouping = ScoreGrouping.ReduceThenPool })
            .Scores(heads.Layout, heads.WindowQueries, heads.Keys);
        for (int head = 0; head < pooledFirst.Length; head++)
        {
            Assert.All(pooledFirst[head].Zip(reducedFirst[head]), pair => Assert.Equal(pair.First, pair.Second, 1e-12));
        }
    }

    [Fact]
    public void Select_AllScoresEqual_TakesTheLowestIndices()
    {
        var layout = new HeadLayout(2, 1, 2);
        var queries = new float[2 * 3 * 2];
        var keys = new float[20 * 2];
        var scoring = new WindowScoring(3, PoolingKind.Max, 5, ScoreGrouping.PoolThenReduce);

        TokenSelection selection = PlainSnapKv.Select(layout, queries, keys, scoring, 7);

        Assert.Equal([0, 1, 2, 3, 17, 18, 19], selection.Kept[0]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(3)]
    public void Select_CapacityBelowTheWindow_KeepsTheWindow(int capacity)
    {
        var layout = new HeadLayout(2, 2, 2);
        var scoring = new WindowScoring(3, PoolingKind.Max, 5);

        TokenSelection selection = PlainSnapKv.Select(layout, new float[2 * 3 * 2], new float[2 * 10 * 2], scoring, capacity);

        Assert.All(selection.Kept, kept => Assert.Equal([7, 8, 9], kept));
    }

    [Theory]
    [InlineData(10, 11)]
    [InlineData(3, 3)]
    [InlineData(1, 1)]
    public void Select_ShortPrompt_KeepsEverything(int tokens, int capacity)
    {
        var layout = new HeadLayout(2, 2, 2);
        var scoring = new WindowScoring(3, PoolingKind.Max, 5);

        TokenSelection selection = PlainSnapKv.Select(layout, new float[2 * 3 * 2], new float[2 * tokens * 2], scoring, capacity);

        Assert.False(selection.Compressed);
        Assert.All(selection.Kept, kept => Assert.Equal(Enumerable.Range(0, tokens), kept));
    }

    [Fact]
    public void Select_EvenKernelOrZeroWindow_IsRefused()
    {
        var layout = new HeadLayout(1, 1, 1);
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            PlainSnapKv.Select(layout, new float[2], new float[9], new WindowScoring(2, PoolingKind.Max, 4), 5));
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            PlainSnapKv.Select(layout, [], new float[9], new WindowScoring(0, PoolingKind.Max, 3), 5));
        Assert.Throws<ArgumentException>(() => new HeadLayout(3, 2, 4));
    }
}
