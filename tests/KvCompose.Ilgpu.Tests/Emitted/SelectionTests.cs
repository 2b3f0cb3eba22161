extern alias simulator;

using simulator::ILGPU.Runtime;
using KvCompose.Cache;
using KvCompose.Reference;

namespace KvCompose.DeviceTests.Emitted;

/// <summary>Emitted observation, scores, choice and gather against the plain references: the same rows, exactly.</summary>
public sealed class SelectionTests(KernelFixture fixture) : IClassFixture<KernelFixture>
{
    [Fact]
    public void StreamingLlm_HeadDim64Sinks4_KeepsWhatTheReferenceKeeps()
    {
        using var run = new SelectionRun(fixture, new PageLayout(64, 32, 32), 4, 0, 40, 1, 31, 32, 33, 40, 41, 150);
        fixture.InEveryOrder(() =>
        {
            run.Heads.Clear();
            Streaming64.SimulatedKernels.Score(run.Device, run.Heads.Pages, run.Heads.Tables, run.PromptTokens, run.Scores.View, run.Stride);
            Streaming64.SimulatedKernels.Select(run.Device, run.Heads.Tables, run.Heads.Targets, run.Scores.View, run.Indices, run.Stride);
            Streaming64.SimulatedKernels.Gather(run.Device, run.Heads.Pages, run.Heads.Tables, run.Heads.Targets, run.Indices, run.Stride);
            run.Check(head => Reference.StreamingLlm.Keep(run.Heads.Tokens[head], 4, 40));
        });
    }

    [Fact]
    public void StreamingLlm_HeadDim32NoSinks_KeepsWhatTheReferenceKeeps()
    {
        using var run = new SelectionRun(fixture, new PageLayout(32, 16, 32), 1, 0, 24, 15, 16, 17, 25, 200);
        fixture.InEveryOrder(() =>
        {
            run.Heads.Clear();
            Streaming32.SimulatedKernels.Score(run.Device, run.Heads.Pages, run.Heads.Tables, run.PromptTokens, run.Scores.View, run.Stride);
            Streaming32.SimulatedKernels.Select(run.Device, run.Heads.Tables, run.Heads.Targets, run.Scores.View, run.Indices, run.Stride);
            Streaming32.SimulatedKernels.Gather(run.Device, run.Heads.Pages, run.Heads.Tables, run.Heads.Targets, run.Indices, run.Stride);
            run.Check(head => Reference.StreamingLlm.Keep(run.Heads.Tokens[head], 0, 24));
        });
    }

    [Fact]
    public void SnapKv_AverageAndMean_KeepsWhatTheReferenceKeeps()
    {
        var scoring = new WindowScoring(8, PoolingKind.Average, 7, ScoreGrouping.PoolThenReduce, GroupReduction.Mean);
        using var run = new SelectionRun(fixture, new PageLayout(64, 32, 32), 2, 8, 40, 1, 9, 31, 32, 33, 41, 150);
        using var sums = run.Statistic(perQueryHead: true);
        fixture.InEveryOrder(() =>
        {
            run.Heads.Clear();
            Snap64.SimulatedKernels.Observe(
                run.Device, run.Heads.Pages, run.Heads.Tables, run.Queries.View, run.LogSumExp.View, sums.View, run.Stride);
            Snap64.SimulatedKernels.Score(run.Device, run.Heads.Pages, run.Heads.Tables, run.PromptTokens, sums.View, run.Scores.View, run.Stride);
            Snap64.SimulatedKernels.Select(run.Device, run.Heads.Tables, run.Heads.Targets, run.Scores.View, run.Indices, run.Stride);
            Snap64.SimulatedKernels.Gather(run.Device, run.Heads.Pages, run.Heads.Tables, run.Heads.Targets, run.Indices, run.Stride);
            run.Check(head => Selected(run, head, 2, scoring, 40));
            AttendToTargets(run);
        });
    }

    [Fact]
    public void SnapKv_MaximaAndARaggedBlockOfRows_KeepsWhatTheReferenceKeeps()
    {
        var scoring = new WindowScoring(17, PoolingKind.Max, 5, ScoreGrouping.PoolThenReduce, GroupReduction.Max);
        using var run = new SelectionRun(fixture, new PageLayout(16, 16, 32), 3, 17, 30, 15, 17, 18, 31, 80);
        using var sums = run.Statistic(perQueryHead: true);
        fixture.InEveryOrder(() =>
        {
            run.Heads.Clear();
            Snap16.SimulatedKernels.Observe(
                run.Device, run.Heads.Pages, run.Heads.Tables, run.Queries.View, run.LogSumExp.View, sums.View, run.Stride);
            Snap16.SimulatedKernels.Score(run.Device, run.Heads.Pages, run.Heads.Tables, run.PromptTokens, sums.View, run.Scores.View, run.Stride);
            Snap16.SimulatedKernels.Select(run.Device, run.Heads.Tables, run.Heads.Targets, run.Scores.View, run.Indices, run.Stride);
            Snap16.SimulatedKernels.Gather(run.Device, run.Heads.Pages, run.Heads.Tables, run.Heads.Targets, run.Indices, run.Stride);
            run.Check(head => Selected(run, head, 3, scoring, 30));
        });
    }

    /// <summary>The whole way: what was gathered is attended to.</summary>
    private void AttendToTargets(SelectionRun run)
    {
        int d = run.Heads.Layout.HeadDim, heads = run.Kept.Length;
        float[] queries = PagedHeads.Uniform(new Random(9), heads * 2 * d);
        using var deviceQueries = fixture.Upload(queries);
        using var scratch = run.Device.Allocate<float>(Snap64.SimulatedKernels.AttendScratch(heads, 1));
        using var output = run.Device.Allocate<float>(queries.Length);
        Snap64.SimulatedKernels.Attend(run.Device, run.Heads.Pages, run.Heads.Targets, deviceQueries.View, scratch.View, output.View, 1);
        run.Device.Synchronize();
        float[] actual = output.GetAsArray1D();
        var scoring = new WindowScoring(8, PoolingKind.Average, 7, ScoreGrouping.PoolThenReduce, GroupReduction.Mean);
        for (int row = 0; row < heads * 2; row++)
        {
            double[] expected = PlainAttention.Of(
                queries.AsSpan(row * d, d), run.Heads.Keys[row / 2], run.Heads.Values[row / 2], Selected(run, row / 2, 2, scoring, 40));
            Assert.All(Enumerable.Range(0, d), i => Assert.Equal(expected[i], actual[(row * d) + i], 1e-4));
        }
    }

    private static int[] Selected(SelectionRun run, int head, int group, WindowScoring scoring, int budget)
    {
        var layout = new HeadLayout(group, 1, run.Heads.Layout.HeadDim);
        return [.. Reference.SnapKv.Select(layout, run.QueriesOf(head), run.Heads.Keys[head], scoring, budget).Kept[0].Order()];
    }
}
