extern alias simulator;

using KvCompose.Cache;
using KvCompose.Reference;

namespace KvCompose.DeviceTests.Emitted;

/// <summary>H2O on the device: what every token collects from all rows of a prompt, and who is kept for it.</summary>
public sealed class HeavyHitterTests(KernelFixture fixture) : IClassFixture<KernelFixture>
{
    private const int Window = 8;
    private const int Budget = 40;

    [Fact]
    public void Prompt_TokensThatGoOnCollecting_KeepsWhatTheReferenceKeepsWithWhatItCollected()
    {
        using var run = new SelectionRun(fixture, new PageLayout(32, 16, 32, stateWords: 1), 2, Window, Budget, 1, 9, 16, 40, 41, 63, 150);
        using var allRows = run.Statistic(perQueryHead: true);
        fixture.InEveryOrder(() =>
        {
            run.Heads.Clear();
            HeavyHitters32.SimulatedKernels.Observe(
                run.Device, run.Heads.Pages, run.Heads.Tables, run.AllQueries.View, run.AllLogSumExp.View, allRows.View, run.Stride);
            HeavyHitters32.SimulatedKernels.Score(
                run.Device, run.Heads.Pages, run.Heads.Tables, run.PromptTokens, allRows.View, run.Scores.View, run.Stride);
            HeavyHitters32.SimulatedKernels.Select(run.Device, run.Heads.Tables, run.Heads.Targets, run.Scores.View, run.Indices, run.Stride);
            HeavyHitters32.SimulatedKernels.Gather(
                run.Device, run.Heads.Pages, run.Heads.Tables, run.Heads.Targets, run.Indices, run.Scores.View, run.Stride);
            run.Check(head => Selected(run, head, 2, GroupReduction.Sum));
            for (int head = 0; head < run.Kept.Length; head++)
            {
                double[] collected = Collected(run, head, 2);
                int[] kept = Selected(run, head, 2, GroupReduction.Sum);
                for (int slot = 0; slot < kept.Length; slot++)
                {
                    Assert.Equal(collected[kept[slot]], run.Heads.ReadTargetCollected(head, slot), 1e-3);
                }
            }
        });
    }

    [Fact]
    public void Prompt_IdleLanesAndMeans_KeepsWhatTheReferenceKeeps()
    {
        using var run = new SelectionRun(fixture, new PageLayout(48, 16, 32), 3, Window, Budget, 7, 9, 41, 64, 65, 131);
        using var allRows = run.Statistic(perQueryHead: true);
        fixture.InEveryOrder(() =>
        {
            run.Heads.Clear();
            HeavyHittersOfThePrompt48.SimulatedKernels.Observe(
                run.Device, run.Heads.Pages, run.Heads.Tables, run.AllQueries.View, run.AllLogSumExp.View, allRows.View, run.Stride);
            HeavyHittersOfThePrompt48.SimulatedKernels.Score(
                run.Device, run.Heads.Pages, run.Heads.Tables, run.PromptTokens, allRows.View, run.Scores.View, run.Stride);
            HeavyHittersOfThePrompt48.SimulatedKernels.Select(
                run.Device, run.Heads.Tables, run.Heads.Targets, run.Scores.View, run.Indices, run.Stride);
            HeavyHittersOfThePrompt48.SimulatedKernels.Gather(
                run.Device, run.Heads.Pages, run.Heads.Tables, run.Heads.Targets, run.Indices, run.Stride);
            run.Check(head => Selected(run, head, 3, GroupReduction.Mean));
        });
    }

    private static int[] Selected(SelectionRun run, int head, int group, GroupReduction reduction)
    {
        var layout = new HeadLayout(group, 1, run.Heads.Layout.HeadDim);
        float[] queries = [.. Enumerable.Range(0, group).SelectMany(member => run.RowQueries[(head * group) + member])];
        return [.. Reference.H2o.Select(layout, queries, run.Heads.Keys[head], Window, Budget, causal: true, reduction).Kept[0].Order()];
    }

    private static double[] Collected(SelectionRun run, int head, int group)
        => Enumerable.Range(0, group)
            .Select(member => Reference.H2o.Accumulated(
                run.RowQueries[(head * group) + member], run.Heads.Keys[head], run.Heads.Tokens[head], run.Heads.Layout.HeadDim, Window))
            .Aggregate(static (all, own) => [.. all.Zip(own, static (x, y) => x + y)]);
}
