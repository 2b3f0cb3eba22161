extern alias simulator;

using simulator::ILGPU.Runtime;
using KvCompose.Cache;
using KvCompose.Reference;

namespace KvCompose.DeviceTests.Emitted;

/// <summary>Kernels of users' stages: every statistic against the plain probabilities, and the choice that follows.</summary>
public sealed class OwnStageTests(KernelFixture fixture) : IClassFixture<KernelFixture>
{
    private const double Tolerance = 1e-4;
    private const int Group = 2;
    private const int Sinks = 2;
    private const int Window = 4;

    [Fact]
    public void EveryStatistic_MoreRowsThanTheWindow_EqualsThePlainProbabilities()
    {
        var options = new EveryStatistic { Sinks = Sinks, Window = Window, Rows = 11, Weight = 0.75 };
        using var run = new SelectionRun(fixture, new PageLayout(32, 16, 32), Group, 11, 20, 3, 5, 9, 15, 16, 17, 21, 90);
        using var sums = run.Statistic(perQueryHead: true);
        using var variances = run.Statistic(perQueryHead: true);
        using var allRows = run.Statistic(perQueryHead: true);
        using var norms = run.Statistic(perQueryHead: false);
        using var entropies = run.Statistic(perQueryHead: false);
        fixture.InEveryOrder(() =>
        {
            run.Heads.Clear();
            OwnStage32.SimulatedKernels.Observe(
                run.Device, run.Heads.Pages, run.Heads.Tables, run.Queries.View, run.LogSumExp.View, run.AllQueries.View, run.AllLogSumExp.View,
                sums.View, variances.View, entropies.View, allRows.View, norms.View, run.Stride);
            OwnStage32.SimulatedKernels.Score(
                run.Device, run.Heads.Pages, run.Heads.Tables, run.PromptTokens, sums.View, variances.View, allRows.View, norms.View,
                options, run.Scores.View, run.Stride);
            OwnStage32.SimulatedKernels.Select(run.Device, run.Heads.Tables, run.Heads.Targets, run.Scores.View, run.Indices, run.Stride);
            OwnStage32.SimulatedKernels.Gather(run.Device, run.Heads.Pages, run.Heads.Tables, run.Heads.Targets, run.Indices, run.Stride);
            run.Check(head => Keep(ExpectedScores(run, head, options), run.Heads.Tokens[head], Sinks, Window, 20));
            for (int head = 0; head < run.Kept.Length; head++)
            {
                CheckStatistics(
                    run, head, sums.GetAsArray1D(), variances.GetAsArray1D(), allRows.GetAsArray1D(), norms.GetAsArray1D(), entropies.GetAsArray1D());
            }
        });
    }

    [Fact]
    public void KeyNorms_NoAttentionObserved_KeepsTheSmallestKeys()
    {
        using var run = new SelectionRun(fixture, new PageLayout(128, 32, 32), 1, 0, 20, 2, 3, 31, 32, 33, 70);
        using var norms = run.Statistic(perQueryHead: false);
        fixture.InEveryOrder(() =>
        {
            run.Heads.Clear();
            OwnStage128.SimulatedKernels.Observe(run.Device, run.Heads.Pages, run.Heads.Tables, norms.View, run.Stride);
            OwnStage128.SimulatedKernels.Score(run.Device, run.Heads.Pages, run.Heads.Tables, run.PromptTokens, norms.View, run.Scores.View, run.Stride);
            OwnStage128.SimulatedKernels.Select(run.Device, run.Heads.Tables, run.Heads.Targets, run.Scores.View, run.Indices, run.Stride);
            OwnStage128.SimulatedKernels.Gather(run.Device, run.Heads.Pages, run.Heads.Tables, run.Heads.Targets, run.Indices, run.Stride);
            run.Check(head => Keep(
                [.. Enumerable.Range(0, Math.Max(0, run.Heads.Tokens[head] - 3)).Select(token => -Norm(run, head, token))],
                run.Heads.Tokens[head], 0, 3, 20));
        });
    }

    private static void CheckStatistics(SelectionRun run, int head, float[] sums, float[] variances, float[] allRows, float[] norms, float[] entropies)
    {
        int tokens = run.Heads.Tokens[head];
        double[][,] probabilities = [.. Enumerable.Range(0, Group).Select(member => Probabilities(run, head, member))];
        double[][] collected = [.. Enumerable.Range(0, Group).Select(member => Collected(run, head, member))];
        for (int token = 0; token < tokens - Window; token++)
        {
            double entropy = 0;
            for (int member = 0; member < Group; member++)
            {
                double[] column = [.. Column(probabilities[member], token)];
                int place = (((head * Group) + member) * run.Stride) + token;
                Assert.Equal(column.Sum(), sums[place], Tolerance);
                Assert.Equal(Variance(column), variances[place], Tolerance);
                Assert.Equal(collected[member][token], allRows[place], Tolerance);
                entropy -= column.Where(a => a > 0).Sum(a => a * Math.Log(a));
            }

            Assert.Equal(entropy, entropies[(head * run.Stride) + token], Tolerance);
            Assert.Equal(Norm(run, head, token), norms[(head * run.Stride) + token], Tolerance);
        }
    }

    private static double[] ExpectedScores(SelectionRun run, int head, EveryStatistic options)
    {
        int tokens = run.Heads.Tokens[head];
        var scores = new double[Math.Max(0, tokens - Window)];
        for (int member = 0; member < Group; member++)
        {
            double[,] probabilities = Probabilities(run, head, member);
            double[] collected = Collected(run, head, member);
            for (int token = 0; token < scores.Length; token++)
            {
                double[] column = [.. Column(probabilities, token)];
                scores[token] += EveryStatistic.Score(in options, new TokenStatistics
                {
                    Position = PagedHeads.PositionOf(head, token),
                    PromptTokens = tokens,
                    WindowSum = (float)column.Sum(),
                    WindowVariance = (float)Variance(column),
                    AllRowsSum = (float)collected[token],
                    KeyNorm = (float)Norm(run, head, token),
                });
            }
        }

        return scores;
    }

    private static int[] Keep(double[] scores, int tokens, int sinks, int window, int budget)
        => tokens <= budget
            ? [.. Enumerable.Range(0, tokens)]
            : [.. Enumerable.Range(0, sinks),
                .. Ranking.Top(scores.AsSpan(sinks), budget - sinks - window).Select(index => index + sinks).Order(),
                .. Enumerable.Range(tokens - window, window)];

    private static double[,] Probabilities(SelectionRun run, int head, int member)
        => WindowAttention.Probabilities(
            run.WindowQueries[(head * Group) + member], run.Heads.Keys[head], run.Rows[head], run.Heads.Tokens[head], run.Heads.Layout.HeadDim);

    private static double[] Collected(SelectionRun run, int head, int member)
        => Reference.H2o.Accumulated(
            run.RowQueries[(head * Group) + member], run.Heads.Keys[head], run.Heads.Tokens[head], run.Heads.Layout.HeadDim, Window);

    private static IEnumerable<double> Column(double[,] probabilities, int token)
        => Enumerable.Range(0, probabilities.GetLength(0)).Select(row => probabilities[row, token]);

    private static double Variance(double[] column)
    {
        double mean = column.Average();
        return column.Sum(a => (a - mean) * (a - mean)) / Math.Max(1, column.Length - 1);
    }

    private static double Norm(SelectionRun run, int head, int token)
    {
        int d = run.Heads.Layout.HeadDim;
        return Math.Sqrt(run.Heads.Keys[head].AsSpan(token * d, d).ToArray().Sum(element => (double)element * element));
    }
}
