using KvCompose.IntegrationTests.Oracle;
using KvCompose.IntegrationTests.Pipelines;
using KvCompose.Reference;

namespace KvCompose.IntegrationTests;

/// <summary>What a user's stages may do while decoding: evict, collect, bring back. Emitted, against the plain transformer.</summary>
public class DecodeHookTests
{
    private const int Budget = 40;
    private const int Steps = 40;

    private static readonly WindowScoring Window = new(6, PoolingKind.Average, 3, ScoreGrouping.PoolThenReduce, GroupReduction.Mean);

    [Theory]
    [InlineData(30)]
    [InlineData(130)]
    public void Eviction_WithoutLine_DropsWhatTheStepAttendsToLeast(int tokens)
    {
        using var model = new TestModel(3, 4, 2, 32, 70);
        using var session = LeastAttended.Open(model);
        Follow(model, session, tokens, Selector(model), (positions, probabilities) => Survivors(positions, probabilities, 1, positions.Length));
    }

    [Theory]
    [InlineData(38)]
    [InlineData(130)]
    public void Eviction_AlongPositions_PoolsNeighbours(int tokens)
    {
        using var model = new TestModel(3, 4, 2, 32, 71);
        using var session = LeastAttendedAround.Open(model);
        Follow(model, session, tokens, Selector(model), (positions, probabilities) => Survivors(positions, probabilities, 3, positions.Length));
    }

    [Fact]
    public void Eviction_ByRank_KeepsTheNumberOfTokens()
    {
        using var model = new TestModel(3, 4, 2, 32, 72);
        using var session = LeastAttendedByRank.Open(model);
        session.Prefill(model.Prompt(130, 1));
        for (int step = 0; step < Steps; step++)
        {
            session.Step([step]);
            int[] positions = session.Positions(1, 1);
            Assert.Equal(Budget, positions.Distinct().Count());
            Assert.Equal(Enumerable.Range(130 + step - 5, 6), positions.Order().TakeLast(6));
            Assert.Equal([0, 1], positions.Order().Take(2));
        }
    }

    [Fact]
    public void Eviction_TurnedOff_LetsTheCacheGrow()
    {
        using var model = new TestModel(2, 4, 2, 32, 73);
        using var session = NeverEvicting.Open(model);
        session.Prefill(model.Prompt(130, 1));
        for (int step = 0; step < 9; step++)
        {
            session.Step([step]);
        }

        Assert.Equal(Budget + 9, session.Positions(0, 0).Length);
        Assert.Equal(4 + (2 * 32 * 4), NeverEvicting.Plan.BytesPerToken);
    }

    [Theory]
    [InlineData(35)]
    [InlineData(90)]
    public void Eviction_ByCollectedAttention_EqualsTheReference(int tokens)
    {
        const int layers = 2;
        using var model = new TestModel(layers, 4, 2, 32, 74);
        using var session = LeastCollected.Open(model);
        HeadLayout heads = model.Plain.Heads;
        var states = new H2oDecode[layers, heads.KeyValueHeads];
        var selector = new DelegateSelector((layer, positions, queries, keys) =>
        {
            var kept = new int[heads.KeyValueHeads][];
            for (int head = 0; head < heads.KeyValueHeads; head++)
            {
                double[] collected = Collected(heads, head, queries, keys, positions.Length);
                kept[head] = positions.Length <= Budget
                    ? [.. Enumerable.Range(0, positions.Length)]
                    : [.. Ranking.Top(collected[..^6], Budget - 6).Order(), .. Enumerable.Range(positions.Length - 6, 6)];
                states[layer, head] = new H2oDecode(kept[head], [.. kept[head].Select(token => collected[token])], Budget, 6);
            }

            return new PlainChoice(kept, null);
        });
        Follow(model, session, tokens, selector, new DelegateEviction((layer, head, positions, probabilities) =>
        {
            // The reference lists tokens by position, the transformer in storage order; the new one is last in both.
            int[] byPosition = [.. Enumerable.Range(0, positions.Length).OrderBy(index => positions[index])];
            double[] sum = [.. byPosition.Select(index => probabilities.Sum(member => member[index]))];
            states[layer, head].Step(positions[^1], sum);
            return [.. Enumerable.Range(0, positions.Length).Where(index => states[layer, head].Positions.Contains(positions[index]))];
        }));
    }

    [Fact]
    public void Batch_EveryHeadEvictsForItself()
    {
        using var model = new TestModel(2, 4, 2, 32, 75);
        using var together = LeastAttendedAround.Open(model, new LeastAttendedAround.Options { Sequences = 2 });
        using var alone = LeastAttendedAround.Open(model);
        int[] first = model.Prompt(100, 1), second = model.Prompt(33, 2);
        together.Prefill(0, first);
        together.Prefill(1, second);
        for (int step = 0; step < 20; step++)
        {
            together.Step([step, step + 50]);
        }

        foreach ((int sequence, int[] prompt, int offset) in new[] { (0, first, 0), (1, second, 50) })
        {
            alone.Prefill(prompt);
            for (int step = 0; step < 20; step++)
            {
                alone.Step([step + offset]);
            }

            Assert.Equal(alone.Positions(1, 1).Order(), together.Positions(1, 1, sequence).Order());
        }
    }

    [Theory]
    [InlineData(20)]
    [InlineData(130)]
    public void Retrieval_OfEverything_EqualsTheFullCache(int tokens)
    {
        using var model = new TestModel(3, 4, 2, 32, 76);
        using var session = NothingLost.Open(model);
        int[] prompt = model.Prompt(tokens, tokens);
        PlainTransformer oracle = model.Oracle();
        oracle.Prefill(prompt);
        session.Prefill(prompt);
        for (int step = 0; step < 20; step++)
        {
            double[] expected = oracle.Decode(step, tokens + step);
            session.Step([step]);
            Close(expected, session.Logits());
        }

        Assert.Equal(Enumerable.Range(0, tokens + 20), session.Positions(2, 1).Order());
        Assert.Equal(3 * 2 * Math.Max(0, tokens - Budget), session.TierUsage.TokensMoved);
        session.Clear();
        Assert.Equal(0, session.Usage.BytesHeld);
    }

    private static DelegateSelector Selector(TestModel model)
    {
        HeadLayout heads = model.Plain.Heads;
        return new DelegateSelector((_, positions, queries, keys) =>
        {
            int n = positions.Length;
            if (n <= Budget)
            {
                return new PlainChoice(null, null);
            }

            double[][] scores = DelegateSelector.WindowScores(heads, Window, queries, keys, n);
            return new PlainChoice(
                [.. scores.Select(head => (int[])[0, 1, .. Ranking.Top(head[2..], Budget - 8).Select(token => token + 2), .. Enumerable.Range(n - 6, 6)])], null);
        });
    }

    /// <summary>By position: two sinks and six last tokens stay, of the others those with the most attention.</summary>
    private static int[] Survivors(int[] positions, double[][] probabilities, int kernel, int count)
    {
        if (count <= Budget)
        {
            return [.. Enumerable.Range(0, count)];
        }

        int[] line = [.. Enumerable.Range(0, count).OrderBy(index => positions[index])];
        int[] candidates = line[2..^6];
        double[][] pooled = [.. probabilities.Select(member => Pooling.Apply([.. candidates.Select(index => member[index])], PoolingKind.Average, kernel))];
        int[] stays = [.. Ranking.Top(GroupReduce.Apply(pooled, GroupReduction.Mean), Budget - 8).Select(rank => candidates[rank])];
        return [.. Enumerable.Range(0, count).Where(index => stays.Contains(index) || !candidates.Contains(index))];
    }

    private static double[] Collected(HeadLayout heads, int head, float[] queries, float[] keys, int n)
    {
        var collected = new double[n];
        for (int member = 0; member < heads.Group; member++)
        {
            int query = (head * heads.Group) + member;
            double[,] a = WindowAttention.Probabilities(
                queries.AsSpan(query * n * heads.HeadDim, n * heads.HeadDim), keys.AsSpan(head * n * heads.HeadDim, n * heads.HeadDim), n, n, heads.HeadDim);
            for (int row = 0; row < n; row++)
            {
                for (int token = 0; token < n; token++)
                {
                    collected[token] += a[row, token];
                }
            }
        }

        return collected;
    }

    private static void Follow(
        TestModel model, KvSession session, int tokens, IPlainSelector selector, Func<int[], double[][], int[]> survivors)
        => Follow(model, session, tokens, selector, new DelegateEviction((_, _, positions, probabilities) => survivors(positions, probabilities)));

    private static void Follow(TestModel model, KvSession session, int tokens, IPlainSelector selector, IPlainEviction eviction)
    {
        int[] prompt = model.Prompt(tokens, tokens);
        PlainTransformer oracle = model.Oracle();
        oracle.Prefill(prompt, selector);
        session.Prefill(prompt);
        for (int step = 0; step < Steps; step++)
        {
            double[] expected = oracle.Decode(step, tokens + step, eviction);
            session.Step([step]);
            Close(expected, session.Logits());
            for (int layer = 0; layer < model.Plain.Layers; layer++)
            {
                for (int head = 0; head < model.Plain.Heads.KeyValueHeads; head++)
                {
                    Assert.Equal(oracle.CachedPositions(layer, head).Order(), session.Positions(layer, head).Order());
                }
            }
        }
    }

    private static void Close(double[] expected, ReadOnlySpan<float> actual)
    {
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.InRange(actual[i], expected[i] - 1e-4, expected[i] + 1e-4);
        }
    }
}
