using KvCompose.Reference;
using PlainDuoAttention = KvCompose.Reference.DuoAttention;
using PlainHeadKv = KvCompose.Reference.HeadKv;

namespace KvCompose.Tests.Stages;

/// <summary>Stages that share a model's budget by an offline table of its heads, against their references.</summary>
public class HeadTableTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void HeadKv_RandomTables_EqualsTheReference(bool largest)
    {
        for (int seed = 0; seed < 300; seed++)
        {
            (Random random, int layers, int heads, int group, double[] scores) = Table(seed);
            int window = random.Next(1, 20), budget = window + random.Next(0, 80), tokens = window + random.Next(1, 400);
            var options = new HeadKvHeads { Beta = 1 + (2 * random.NextDouble()), Temperature = 2 * random.NextDouble(), Largest = largest };
            double[][] table = [.. scores.Chunk(heads * group)];
            int[][] own = PlainHeadKv.Capacities(table, budget, window, options.Beta, options.Temperature);
            for (int layer = 0; layer < layers; layer++)
            {
                int[] shared = PlainHeadKv.KeyValueHeadCapacities(
                    new HeadLayout(heads * group, heads, 1), own[layer], largest ? GroupReduction.Max : GroupReduction.Mean);
                int[] expected = [.. shared.Select(head => budget > tokens ? budget : Math.Min(head, tokens - window) + window)];
                Assert.Equal(expected, Assigned(options, scores, layers, heads, group, layer, tokens, budget, window).Budgets);
            }
        }
    }

    [Fact]
    public void DuoAttention_RandomTables_EqualsTheReference()
    {
        for (int seed = 0; seed < 300; seed++)
        {
            (Random random, int layers, int heads, int group, double[] scores) = Table(seed);
            double sparsity = random.Next(6) switch { 0 => 0, 1 => 1, _ => random.NextDouble() };
            double[] gates = [.. scores.Chunk(group).Select(members => members.Aggregate(0.0, (sum, member) => sum + (member / group)))];
            bool[] retrieves = PlainDuoAttention.RetrievalHeads(gates, sparsity);
            var options = new DuoAttentionHeads { Sparsity = sparsity, Recent = 10 };
            for (int layer = 0; layer < layers; layer++)
            {
                (HeadRole[] roles, int[] budgets) = Assigned(options, scores, layers, heads, group, layer, 100, 100, 4);
                Assert.Equal(retrieves.Skip(layer * heads).Take(heads).Select(full => full ? HeadRole.Full : HeadRole.Compressed), roles);
                Assert.Equal(roles.Select(role => role == HeadRole.Full ? 100 : 14), budgets);
            }
        }
    }

    [Fact]
    public void Prepare_ScoresWithoutMeaning_AreRefused()
    {
        foreach (double[] scores in new double[][] { [0, 0], [1, -1], [1, double.NaN] })
        {
            Assert.Throws<ArgumentException>(() => HeadKvHeads.Prepare(new HeadKvHeads { Temperature = 1 }, new HeadScoreTable(scores, 2, 2)));
        }

        Assert.Throws<ArgumentException>(() => DuoAttentionHeads.Prepare(default, new HeadScoreTable([1, double.NaN], 2, 2)));
    }

    [Fact]
    public void AdaKv_RandomScores_EqualsTheReference()
    {
        for (int seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            int heads = random.Next(1, 6), scored = random.Next(2, 100), average = random.Next(1, scored), window = random.Next(1, 9);
            double floor = random.Next(4) == 0 ? random.Next(2) : random.NextDouble();
            double[][] scores = [.. Enumerable.Range(0, heads).Select(_ => Enumerable.Range(0, scored).Select(_ => (double)random.Next(50) / 64).ToArray())];
            int[] expected = [.. AdaKv.HeadCapacities(scores, average, floor, normalise: false).Select(own => Math.Min(own, scored) + window)], budgets = new int[heads];
            AdaKvHeads.Assign(
                new AdaKvHeads { FloorRatio = floor },
                new HeadBudgetContext
                {
                    Layers = 1,
                    PromptTokens = scored + window,
                    Tokens = scored + window,
                    LayerBudget = average + window,
                    ProtectedTokens = window,
                    Scores = [.. scores.SelectMany(static head => head.Select(static score => (float)score))],
                    ScoreStride = scored,
                },
                new HeadRole[heads], budgets);
            Assert.Equal(expected, budgets);
        }
    }

    private static (HeadRole[] Roles, int[] Budgets) Assigned<TRole>(
        TRole options, double[] scores, int layers, int heads, int group, int layer, int tokens, int budget, int window)
        where TRole : unmanaged, IHeadRole<TRole>
    {
        double[] prepared = [.. scores];
        TRole.Prepare(in options, new HeadScoreTable(prepared, heads * group, heads));
        var roles = new HeadRole[heads];
        int[] budgets = [.. Enumerable.Repeat(budget, heads)];
        TRole.Assign(
            in options,
            new HeadBudgetContext
            {
                Layer = layer,
                Layers = layers,
                PromptTokens = tokens,
                Tokens = tokens,
                LayerBudget = budget,
                ProtectedTokens = window,
                HeadScores = prepared,
                ScoredHeads = heads * group,
            },
            roles, budgets);
        return (roles, budgets);
    }

    /// <summary>A random model with a score for every query head or every key-value head; some of them equal.</summary>
    private static (Random Random, int Layers, int Heads, int Group, double[] Scores) Table(int seed)
    {
        var random = new Random(seed);
        int layers = random.Next(1, 7), heads = random.Next(1, 6), group = random.Next(1, 5);
        double[] scores = [.. Enumerable.Range(0, layers * heads * group).Select(_ => random.Next(3) == 0 ? random.Next(1, 4) / 4.0 : random.NextDouble())];
        return (random, layers, heads, group, scores);
    }
}
