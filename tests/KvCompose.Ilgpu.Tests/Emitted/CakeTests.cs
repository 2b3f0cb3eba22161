extern alias simulator;

using simulator::ILGPU.Runtime;
using KvCompose.Cache;
using KvCompose.Reference;

namespace KvCompose.DeviceTests.Emitted;

/// <summary>CAKE's cascade on the device: after every layer, all layers hold what the plain reference holds, in its order.</summary>
public sealed class CakeTests(KernelFixture fixture) : IClassFixture<KernelFixture>
{
    private const int Layers = 3;
    private const int Heads = 2;
    private const int Group = 2;
    private const int Capacity = 24;
    private const int Window = 8;

    [Theory]
    [InlineData(25)]
    [InlineData(70)]
    [InlineData(150)]
    public void Cascade_LayerByLayer_HoldsWhatTheReferenceHolds(int tokens)
    {
        var options = new CakeOptions(Capacity, Window) { Tau1 = 1.6, Tau2 = 0.6 };
        using var layers = new LayerRuns(fixture, tokens);
        fixture.InEveryOrder(() =>
        {
            layers.Reset();
            var cascade = new CakeCascade(options.Ledger(), Layers, tokens);
            var statistics = new LayerStatistics[Layers];
            var budgets = new int[Layers];
            for (int layer = 0; layer < Layers; layer++)
            {
                SelectionRun run = layers[layer];
                CakeObservation seen = CakeObservation.Of(
                    [.. run.WindowQueries.SelectMany(rows => rows)], [.. run.Heads.Keys.SelectMany(keys => keys)],
                    Heads * Group, Heads, tokens, run.Heads.Layout.HeadDim, options);
                cascade.Add(CakePreference.Of(seen.Entropy, seen.Variance, options.Tau1, options.Tau2), tokens, seen.Scores);

                statistics[layer] = Observe(run, tokens);
                Assert.Equal(seen.Entropy, statistics[layer].Entropy, 1e-3 * seen.Entropy);
                Assert.Equal(seen.Variance, statistics[layer].Variance, 1e-3 * seen.Variance);
                Allocate(statistics, layer, tokens, budgets);
                for (int done = 0; done < layer; done++)
                {
                    layers.Truncate(done, budgets[done]);
                }

                layers.Truncate(layer, budgets[layer]);
                Choose(run);
                for (int done = 0; done <= layer; done++)
                {
                    layers.Check(done, cascade);
                }
            }
        });
    }

    private static LayerStatistics Observe(SelectionRun run, int tokens)
    {
        using var sums = run.Statistic(perQueryHead: true);
        using var variances = run.Statistic(perQueryHead: true);
        using var entropies = run.Statistic(perQueryHead: false);
        using var totals = run.Device.Allocate<float>(2 * Heads);
        Cake32.SimulatedKernels.Observe(
            run.Device, run.Heads.Pages, run.Heads.Tables, run.Queries.View, run.LogSumExp.View, sums.View, variances.View, entropies.View, run.Stride);
        Cake32.SimulatedKernels.Total(run.Device, run.Heads.Tables, variances.View, entropies.View, totals.View, run.Stride);
        Cake32.SimulatedKernels.Score(
            run.Device, run.Heads.Pages, run.Heads.Tables, run.PromptTokens, sums.View, variances.View, run.Scores.View, run.Stride);
        run.Device.Synchronize();
        float[] perHead = totals.GetAsArray1D();
        return new LayerStatistics(
            tokens, perHead.Where((_, i) => i % 2 == 0).Sum(entropy => (double)entropy), perHead.Where((_, i) => i % 2 == 1).Sum(variance => (double)variance));
    }

    private static void Allocate(LayerStatistics[] statistics, int layer, int tokens, int[] budgets)
    {
        var budget = new CakeBudget { Tokens = Capacity, Tau1 = 1.6, Tau2 = 0.6 };
        var context = new LayerBudgetContext
        {
            Layer = layer,
            Layers = Layers,
            PromptTokens = tokens,
            ProtectedTokens = Window,
            Statistics = statistics.AsSpan(0, layer + 1),
        };
        CakeBudget.Allocate(in budget, in context, budgets);
    }

    private static void Choose(SelectionRun run)
    {
        using var ranked = run.Device.Allocate<int>(Heads * run.Stride);
        Cake32.SimulatedKernels.Select(run.Device, run.Heads.Tables, run.Heads.Targets, run.Scores.View, run.Indices, ranked.View, run.Stride);
        Cake32.SimulatedKernels.Gather(run.Device, run.Heads.Pages, run.Heads.Tables, run.Heads.Targets, ranked.View, run.Stride);
        run.Device.Synchronize();
    }

    /// <summary>A run a layer, all of one prompt; the target tables have room for the whole prompt and are shortened.</summary>
    private sealed class LayerRuns(KernelFixture fixture, int tokens) : IDisposable
    {
        private static readonly PageLayout Layout = new(32, 16, 32, stateWords: 1);

        private readonly SelectionRun[] _runs = [.. Enumerable.Range(0, Layers).Select(
            layer => new SelectionRun(fixture, Layout, Group, Window, tokens, new Random(layer), tokens, tokens))];

        public SelectionRun this[int layer] => _runs[layer];

        public void Reset()
        {
            foreach (SelectionRun run in _runs)
            {
                run.Heads.Clear();
                run.Heads.RestoreTargets();
            }
        }

        public void Truncate(int layer, int budget)
        {
            using var budgets = fixture.Upload(Enumerable.Repeat(budget, Heads).ToArray());
            Cake32.SimulatedKernels.Truncate(fixture.Device, _runs[layer].Heads.Targets, budgets.View);
            fixture.Device.Synchronize();
        }

        public void Check(int layer, CakeCascade cascade)
        {
            PagedHeads heads = _runs[layer].Heads;
            int[] held = heads.Targets.Download().Tokens;
            for (int head = 0; head < Heads; head++)
            {
                int[] stored = cascade.Stored(layer, head);
                int window = Math.Min(Window, stored.Length);
                Assert.Equal(stored.Length, held[head]);

                // A table has the window first and the best after it, the reference the window last.
                int[] expected = [.. stored[^window..], .. stored[..^window]];
                Assert.Equal(
                    expected.Select(row => PagedHeads.PositionOf(head, row)),
                    Enumerable.Range(0, held[head]).Select(slot => heads.ReadTarget(head, slot).Position));
            }
        }

        public void Dispose() => Array.ForEach(_runs, run => run.Dispose());
    }
}
