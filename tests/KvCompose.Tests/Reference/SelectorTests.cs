using KvCompose.Reference;
using PlainStreamingLlm = KvCompose.Reference.StreamingLlm;
using PlainH2o = KvCompose.Reference.H2o;
using PlainH2oDecode = KvCompose.Reference.H2oDecode;
using PlainAdaKv = KvCompose.Reference.AdaKv;
using PlainHeadKv = KvCompose.Reference.HeadKv;
using PlainGemFilter = KvCompose.Reference.GemFilter;

namespace KvCompose.Tests.Reference;

public class SelectorTests
{
    [Fact]
    public void StreamingLlm_LongSequence_KeepsSinksAndRecentTokens()
    {
        Assert.Equal([0, 1, 7, 8, 9], PlainStreamingLlm.Keep(10, 2, 5));
        Assert.Equal([0, 1, 8, 9, 10], PlainStreamingLlm.Keep(11, 2, 5));
    }

    [Theory]
    [InlineData(5, 5)]
    [InlineData(4, 5)]
    [InlineData(0, 5)]
    public void StreamingLlm_Short_KeepsEverything(int tokens, int capacity) =>
        Assert.Equal(Enumerable.Range(0, tokens), PlainStreamingLlm.Keep(tokens, 2, capacity));

    [Theory]
    [InlineData(2, 2, new[] { 0, 1 })]
    [InlineData(2, 1, new[] { 0, 1 })]
    [InlineData(2, 0, new[] { 0, 1 })]
    [InlineData(0, 0, new[] { 8 })]
    public void StreamingLlm_NoRoomForRecentTokens_KeepsTheSinksAndNeverNothing(int sinks, int capacity, int[] kept) =>
        Assert.Equal(kept, PlainStreamingLlm.Keep(9, sinks, capacity));

    [Theory]
    [InlineData(0, 5)]
    [InlineData(0.25, 4)]
    [InlineData(0.5, 3)]
    [InlineData(0.6, 2)]
    [InlineData(0.75, 2)]
    [InlineData(1, 0)]
    public void DuoAttention_OfDifferentGates_RetrievesThoseNotBelowTheQuantile(double sparsity, int retrieval)
    {
        double[] gates = [0.3, 0.9, 0.1, 0.5, 0.7];
        bool[] heads = DuoAttention.RetrievalHeads(gates, sparsity);
        Assert.Equal(gates.OrderDescending().Take(retrieval).Order(), gates.Where((_, head) => heads[head]).Order());
    }

    [Fact]
    public void DuoAttention_OfEqualGates_RetrievesTheEarlier()
        => Assert.Equal([true, true, false, false], DuoAttention.RetrievalHeads([1, 1, 1, 1], 0.5));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void H2o_Accumulated_SumsToTheNumberOfQueries(bool causal)
    {
        var heads = new RandomHeads(7);
        int length = heads.Tokens * heads.Layout.HeadDim;

        double[] collected = PlainH2o.Accumulated(
            heads.Normal(length), heads.Keys.AsSpan(0, length), heads.Tokens, heads.Layout.HeadDim, heads.Window, causal);

        Assert.Equal(heads.Tokens, collected.Sum(), 1e-9);
    }

    [Fact]
    public void H2o_EqualKeys_PrefersEarlyTokens()
    {
        // Query i spreads 1/(i+1) over its past, so a token collects more the earlier it is.
        var layout = new HeadLayout(1, 1, 1);
        TokenSelection selection = PlainH2o.Select(layout, new float[9], new float[9], 2, 5);

        Assert.Equal([0, 1, 2, 7, 8], selection.Kept[0]);
        Assert.Equal(Enumerable.Range(1, 9).Sum(i => 1.0 / i), selection.Scores![0][0], 1e-12);
    }

    [Fact]
    public void H2oDecode_OverCapacity_EvictsTheLeastCollectedButNotTheRecent()
    {
        var head = new PlainH2oDecode([0, 3, 5, 6], [1.0, 0.2, 0.5, 0.0], capacity: 4, recent: 2);

        // Candidates 0, 3, 5: 3 has 0.2 + 0.1.
        Assert.Equal([3], head.Step(7, [0.1, 0.1, 0.1, 0.6, 0.1]));
        Assert.Equal([0, 5, 6, 7], head.Positions);

        // Candidates 0 (1.1), 5 (0.6), 6 (0.6): of equals the higher position leaves.
        Assert.Equal([6], head.Step(8, [0, 0, 0, 0.5, 0.5]));
        Assert.Equal([0, 5, 7, 8], head.Positions);
    }

    [Fact]
    public void H2oDecode_BadArguments_AreRefused()
    {
        Assert.Throws<ArgumentException>(() => new PlainH2oDecode([0], [], 4, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PlainH2oDecode([0], [1], 2, 2));
        Assert.Throws<ArgumentException>(() => new PlainH2oDecode([0], [1], 4, 2).Step(1, [1]));
    }

    [Fact]
    public void GemFilter_RawProducts_AreSummedOverQueryHeadsAndPooled()
    {
        var layout = new HeadLayout(2, 1, 1);

        double[] scores = PlainGemFilter.Scores(layout, [1, 2], [1, -1, 3, 0], PoolingKind.Average, 3);

        // Products 3, −3, 9, 0; zero padding counts.
        Assert.Equal([0, 3, 2, 3], scores);
        Assert.Equal([1, 3], PlainGemFilter.Keep(scores, TokenBudget.Constant(2)));
        Assert.Equal([1, 2, 3], PlainGemFilter.Keep(scores, TokenBudget.Proportional(0.75)));
        Assert.Equal([0, 1, 2, 3], PlainGemFilter.Keep(scores, TokenBudget.Constant(9)));
        Assert.Equal([1], PlainGemFilter.Keep(scores, TokenBudget.Proportional(0.1)));
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.2)]
    [InlineData(1.0)]
    public void AdaKv_AnyFloor_KeepsTheWindowInEveryHead(double floor)
    {
        for (int seed = 0; seed < 20; seed++)
        {
            var heads = new RandomHeads(seed);
            var scoring = new WindowScoring(heads.Window, PoolingKind.Average, 3);
            TokenSelection selection = PlainAdaKv.Select(
                heads.Layout, heads.WindowQueries, heads.Keys, scoring, heads.Capacity - heads.Window, floor, false);

            Assert.All(selection.Kept, kept =>
                Assert.Equal(Enumerable.Range(heads.Tokens - heads.Window, heads.Window), kept[^heads.Window..]));
            int total = selection.Kept.Sum(kept => kept.Length);
            Assert.InRange(total - heads.Capacity * selection.Kept.Length, -selection.Kept.Length, selection.Kept.Length);
        }
    }

    [Fact]
    public void HeadKv_CapacityAboveThePrompt_IsLimitedToIt()
    {
        var heads = new RandomHeads(3);
        var scoring = new WindowScoring(heads.Window, PoolingKind.Average, 3);
        int[] capacities = [.. Enumerable.Range(0, heads.Layout.QueryHeads).Select(head => head == 0 ? 1000 : 0)];

        TokenSelection selection = PlainHeadKv.Select(
            heads.Layout, heads.WindowQueries, heads.Keys, scoring, heads.Capacity, capacities);

        Assert.Equal(heads.Tokens, selection.Kept[0].Length);
        Assert.All(selection.Kept[1..], kept => Assert.Equal(heads.Window, kept.Length));
    }
}
