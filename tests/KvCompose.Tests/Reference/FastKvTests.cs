using KvCompose.Reference;
using PlainFastKv = KvCompose.Reference.FastKv;

namespace KvCompose.Tests.Reference;

public class FastKvTests
{
    private static readonly HeadLayout Layout = new(4, 2, 4);

    [Fact]
    public void Select_PropagationLayer_CutsByTheSumOverHeadsAndKeepsTheWindow()
    {
        var run = new PlainFastKv(Layout, Plan(TokenBudget.Constant(10), new PropagationPoint(0, TokenBudget.Constant(20))), 50);

        FastKvLayer layer = run.Select(0, Queries(1), Keys(1, 50));

        double[][] scores = layer.Selection.Scores!;
        double[] together = [.. scores[0].Zip(scores[1], (a, b) => a + b)];
        int[] expected = [.. Ranking.Top(together, 16).Order(), 46, 47, 48, 49];
        Assert.Equal(expected, layer.Propagated!);
        Assert.All(layer.Selection.Kept, kept => Assert.Equal([46, 47, 48, 49], kept[^4..]));
    }

    [Fact]
    public void Propagate_TwoCuts_KeepOriginalPositionsAndRetentionRelativeToThePrompt()
    {
        FastKvPlan plan = Plan(
            TokenBudget.Proportional(0.1),
            new PropagationPoint(0, TokenBudget.Proportional(0.5)),
            new PropagationPoint(1, TokenBudget.Proportional(0.5)));
        var run = new PlainFastKv(Layout, plan, 200);
        int[] reached = [200, 100, 50];
        for (int layer = 0; layer < 3; layer++)
        {
            int[] before = run.Positions;
            FastKvLayer outcome = run.Select(layer, Queries(layer), Keys(layer, before.Length));
            Assert.Equal(reached[layer], outcome.Tokens);
            Assert.Equal(20, outcome.Capacity);
            if (outcome.Propagated is { } propagated)
            {
                run.Propagate(layer, propagated);
                Assert.Equal(propagated.Select(index => before[index]), run.Positions);
                Assert.True(run.Positions.Zip(run.Positions.Skip(1)).All(pair => pair.First < pair.Second));
            }
        }

        Assert.Equal([196, 197, 198, 199], run.Positions[^4..]);
        Assert.Equal(50, run.Positions.Length);
    }

    [Fact]
    public void Select_RetentionAbovePropagation_LaterLayersKeepWhatReachesThem()
    {
        var run = new PlainFastKv(
            Layout, Plan(TokenBudget.Proportional(0.3), new PropagationPoint(0, TokenBudget.Proportional(0.2))), 100);
        run.Propagate(0, run.Select(0, Queries(1), Keys(1, 100)).Propagated!);

        FastKvLayer later = run.Select(1, Queries(2), Keys(2, 20));

        Assert.Equal(29, later.Capacity);
        Assert.False(later.Selection.Compressed);
        Assert.All(later.Selection.Kept, kept => Assert.Equal(Enumerable.Range(0, 20), kept));
    }

    [Theory]
    [InlineData(30, 3, 20, true, true)]
    [InlineData(4, 4, 20, false, false)]
    [InlineData(3, 2, 20, false, false)]
    [InlineData(30, 10, 3, true, false)]
    [InlineData(30, 10, 30, true, false)]
    [InlineData(30, 31, 20, false, false)]
    [InlineData(1, 1, 1, false, false)]
    public void Select_ShortPrompt_FollowsTheStatedRule(int tokens, int capacity, int propagate, bool compressed, bool cut)
    {
        FastKvPlan plan = Plan(TokenBudget.Constant(capacity), new PropagationPoint(0, TokenBudget.Constant(propagate)));

        FastKvLayer layer = new PlainFastKv(Layout, plan, tokens).Select(0, Queries(1), Keys(1, tokens));

        Assert.Equal(compressed, layer.Selection.Compressed);
        Assert.Equal(cut, layer.Propagated is not null);
        Assert.All(layer.Selection.Kept, kept => Assert.Equal(compressed ? Math.Max(capacity, 4) : tokens, kept.Length));
    }

    [Fact]
    public void Select_AllScoresEqual_TakesTheLowestIndices()
    {
        FastKvPlan plan = Plan(TokenBudget.Constant(6), new PropagationPoint(0, TokenBudget.Constant(7)));

        FastKvLayer layer = new PlainFastKv(Layout, plan, 20).Select(0, Queries(1), new float[2 * 20 * 4]);

        Assert.All(layer.Selection.Kept, kept => Assert.Equal([0, 1, 16, 17, 18, 19], kept));
        Assert.Equal([0, 1, 2, 16, 17, 18, 19], layer.Propagated!);
    }

    [Fact]
    public void Plan_PointsOutOfOrderOrTwiceOnALayer_AreRefused()
    {
        PropagationPoint first = new(3, TokenBudget.Constant(9)), second = new(2, TokenBudget.Constant(9));
        Assert.Throws<ArgumentException>(() => Plan(TokenBudget.Constant(9), first, second));
        Assert.Throws<ArgumentException>(() => Plan(TokenBudget.Constant(9), first, first));
        Assert.Throws<ArgumentException>(() => Plan(TokenBudget.Constant(9), new PropagationPoint(-1, TokenBudget.Constant(9))));
    }

    private static FastKvPlan Plan(TokenBudget retention, params PropagationPoint[] points) =>
        new(4, PoolingKind.Max, 5, retention, points);

    private static float[] Queries(int seed) => new RandomHeads(seed).Normal(4 * 4 * 4);

    private static float[] Keys(int seed, int tokens) => new RandomHeads(seed + 1000).Normal(2 * tokens * 4);
}
