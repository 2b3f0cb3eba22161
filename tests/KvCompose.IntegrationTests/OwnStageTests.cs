using KvCompose.IntegrationTests.Oracle;
using KvCompose.IntegrationTests.Pipelines;
using KvCompose.Reference;

namespace KvCompose.IntegrationTests;

/// <summary>A user's own stage in every slot: emitted as built-in ones are, equal to an oracle that follows the contract's words.</summary>
public class OwnStageTests
{
    private static readonly WindowScoring Mean = new(8, PoolingKind.Average, 7, ScoreGrouping.PoolThenReduce, GroupReduction.Mean);

    [Theory]
    [InlineData(5)]
    [InlineData(41)]
    [InlineData(130)]
    public void TokenSelection_OfKeyNorms_EqualsOracle(int tokens)
    {
        using var model = new TestModel(2, 6, 2, 48, 5);
        using var session = OwnSelection.Open(model);
        HeadLayout heads = model.Plain.Heads;
        var selector = new DelegateSelector((_, positions, _, keys) => new PlainChoice(
            [.. Enumerable.Range(0, heads.KeyValueHeads).Select(head => Keep(
                [.. Enumerable.Range(0, positions.Length).Select(token => -Norm(keys.AsSpan(((head * positions.Length) + token) * 48, 48)))],
                1, 5, 40))],
            null));
        OracleAssert.Equal(model, session, selector, tokens);
    }

    [Theory]
    [InlineData(12)]
    [InlineData(41)]
    [InlineData(150)]
    public void TokenSelection_OfMeanAndVarianceOverMoreRowsThanKept_EqualsOracle(int tokens)
    {
        using var model = new TestModel(2, 4, 2, 32, 6);
        using var session = OwnVariance.Open(model);
        HeadLayout heads = model.Plain.Heads;
        var selector = new DelegateSelector((_, positions, queries, keys) =>
        {
            int n = positions.Length, rows = Math.Min(11, n);
            var perQueryHead = new double[heads.QueryHeads][];
            for (int head = 0; head < heads.QueryHeads; head++)
            {
                double[,] a = WindowAttention.Probabilities(
                    queries.AsSpan(((head * n) + n - rows) * 32, rows * 32), keys.AsSpan(head / 2 * n * 32, n * 32), rows, n, 32);
                perQueryHead[head] = [.. Enumerable.Range(0, n).Select(token =>
                {
                    double[] column = [.. Enumerable.Range(0, rows).Select(row => a[row, token])];
                    double mean = column.Average();
                    return (column.Sum() / 11) + (20 * column.Sum(x => (x - mean) * (x - mean)) / Math.Max(1, rows - 1));
                })];
            }

            return new PlainChoice(
                [.. Enumerable.Range(0, heads.KeyValueHeads).Select(head => Keep(
                    [.. perQueryHead[head * 2].Zip(perQueryHead[(head * 2) + 1], (x, y) => x + y)], 0, 4, 40))],
                null);
        });
        OracleAssert.Equal(model, session, selector, tokens);
    }

    [Theory]
    [InlineData(50)]
    [InlineData(120)]
    public void LayerBudget_Falling_EqualsOracle(int tokens)
    {
        using var model = new TestModel(3, 4, 2, 32, 7);
        using var session = OwnBudget.Open(model, new OwnBudget.Options { LayerBudget = new Falling { Top = 70 } });
        var selector = new DelegateSelector((layer, positions, queries, keys)
            => DelegateSelector.SnapKv(model.Plain.Heads, Mean, _ => 70 - (10 * layer)).Choose(layer, positions, queries, keys));
        OracleAssert.Equal(model, session, selector, tokens);
    }

    [Theory]
    [InlineData(39)]
    [InlineData(61)]
    [InlineData(200)]
    public void LayerBudget_ThatRevisesEarlierLayers_EqualsOneChoiceWithTheLastBudget(int tokens)
    {
        using var model = new TestModel(3, 4, 2, 32, 8);
        using var session = OwnCascade.Open(model);
        OracleAssert.Equal(model, session, DelegateSelector.SnapKv(model.Plain.Heads, Mean, _ => 120 / 3), tokens);
        int pages = (40 + Steps + OwnCascade.Plan.PageTokens - 1) / OwnCascade.Plan.PageTokens;
        Assert.True(session.Usage.BytesHeld <= 3L * 2 * pages * OwnCascade.Plan.PageBytes);
    }

    [Fact]
    public void HeadRole_WithAFullHead_KeepsRaggedTokensAndPlacesTheOthers()
    {
        using var model = new TestModel(2, 6, 3, 32, 9);
        using var session = OwnRoles.Open(model);
        Counting.Left.Clear();
        session.Prefill(model.Prompt(90, 1));
        for (int layer = 0; layer < 2; layer++)
        {
            Assert.Equal(90, session.Positions(layer, 0).Length);
            Assert.Equal(40, session.Positions(layer, 1).Length);
            Assert.Equal(20, session.Positions(layer, 2).Length);
            for (int head = 1; head < 3; head++)
            {
                int[] left = Counting.Left.Single(entry => entry.Layer == layer && entry.Head == head).Positions;
                Assert.Equal(Enumerable.Range(0, 90), left.Concat(session.Positions(layer, head)).Order());
            }
        }

        Assert.DoesNotContain(Counting.Left, entry => entry.Head == 0);
    }

    [Theory]
    [InlineData(60)]
    [InlineData(150)]
    public void Propagation_AtOneLayer_EqualsOracle(int tokens)
    {
        using var model = new TestModel(3, 4, 2, 32, 10);
        using var session = OwnPropagation.Open(model);
        WindowScoring scoring = Mean with { Reduction = GroupReduction.Sum };
        var selector = new DelegateSelector((layer, positions, queries, keys) =>
        {
            PlainChoice choice = DelegateSelector.SnapKv(model.Plain.Heads, scoring, _ => 40).Choose(layer, positions, queries, keys);
            if (layer != 0 || positions.Length <= 70)
            {
                return choice;
            }

            double[][] scores = DelegateSelector.WindowScores(model.Plain.Heads, scoring, queries, keys, positions.Length);
            double[] sums = [.. Enumerable.Range(0, scores[0].Length).Select(token => scores.Sum(head => head[token]))];
            int[] onward = [.. Ranking.Top(sums, 70 - 8).Order(), .. Enumerable.Range(positions.Length - 8, 8)];
            return choice with { Propagated = onward };
        });
        OracleAssert.Equal(model, session, selector, tokens);
    }

    [Fact]
    public void Storage_ThatChangesWhatIsStored_IsUsedByEveryReadAndWrite()
    {
        using var model = new TestModel(2, 4, 2, 32, 11);
        using var session = OwnStorage.Open(model);
        OracleAssert.Equal(model, session, null, 70);
    }

    [Fact]
    public void Fp16Storage_EqualsOracleWithinItsPrecision()
    {
        using var model = new TestModel(2, 8, 2, 64, 12);
        using var session = HalfPrecision.Open(model);
        OracleAssert.Equal(model, session, null, 100, 2e-2);
        Assert.Equal(((2 * 64 * 16 / 8) + 4) * 1, HalfPrecision.Plan.BytesPerToken);
    }

    private const int Steps = 6;

    private static double Norm(ReadOnlySpan<float> key)
    {
        double sum = 0;
        foreach (float element in key)
        {
            sum += element * element;
        }

        return Math.Sqrt(sum);
    }

    private static int[] Keep(double[] scores, int sinks, int window, int budget)
    {
        int n = scores.Length;
        return n <= budget
            ? [.. Enumerable.Range(0, n)]
            :
            [
                .. Enumerable.Range(0, sinks),
                .. Ranking.Top(scores.AsSpan(sinks, n - sinks - window), budget - sinks - window).Select(token => token + sinks),
                .. Enumerable.Range(n - window, window),
            ];
    }
}
