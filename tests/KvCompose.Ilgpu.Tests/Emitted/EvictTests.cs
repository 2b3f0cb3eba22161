extern alias simulator;

using simulator::ILGPU;
using KvCompose.Cache;
using KvCompose.Reference;

namespace KvCompose.DeviceTests.Emitted;

/// <summary>Evictions while decoding of tokens that stand in no line, or that collect what every step gives them, against plain sums.</summary>
public sealed class EvictTests(KernelFixture fixture) : IClassFixture<KernelFixture>
{
    private const int Group = 2;
    private const int Shares = 2;
    private const int Stride = 300;
    private const int Rounds = 2;

    private static readonly int[] Tokens = [20, 33, 41, 9, 10, 290];
    private static readonly int[] Budgets = [24, 32, 38, 0, 7, 289];

    private delegate void Attention(
        PagedHeads heads, ArrayView<float> queries, ArrayView<float> scratch, ArrayView<float> output, ArrayView<float> logits);

    private delegate void Eviction(
        PagedHeads heads, ArrayView<int> budgets, ArrayView<int> positions, ArrayView<float> scratch, ArrayView<float> logits, ArrayView<int> line);

    /// <summary>Rows of a head in the order of their positions, with the probabilities [member][row] of a step, to those that stay.</summary>
    private delegate int[] Survivors(int head, int[] rows, double[][] probabilities, double[] collected, int budget);

    [Fact]
    public void Evict_HeavyHitters_LeavesWhatTheReferenceLeaves()
        => Check(
            collects: true,
            (heads, queries, scratch, output, logits)
                => HeavyHitters32.SimulatedKernels.Attend(fixture.Device, heads.Pages, heads.Tables, queries, scratch, output, logits, Stride, Shares),
            (heads, budgets, positions, scratch, logits, line)
                => HeavyHitters32.SimulatedKernels.Evict(fixture.Device, heads.Pages, heads.Tables, scratch, budgets, positions, logits, line, Shares, Stride),
            (_, rows, _, collected, budget) =>
            {
                // The decode of the reference adds what a step gives; here it is added already.
                if (budget <= 8)
                {
                    return rows[^8..];
                }

                var reference = new H2oDecode(rows.AsSpan()[..^1], collected.AsSpan()[..^1], budget, 8);
                reference.Step(rows[^1], [.. new double[rows.Length - 1], collected[^1]]);
                return [.. reference.Positions];
            });

    [Fact]
    public void Evict_NoLine_LeavesWhatThisStepAttendsToMost()
        => Check(
            collects: false,
            (heads, queries, scratch, output, logits)
                => Fading32.SimulatedKernels.Attend(fixture.Device, heads.Pages, heads.Tables, queries, scratch, output, logits, Stride, Shares),
            (heads, budgets, positions, scratch, logits, line)
                => Fading32.SimulatedKernels.Evict(fixture.Device, heads.Pages, heads.Tables, scratch, budgets, positions, logits, line, Shares, Stride),
            (_, rows, probabilities, _, budget) => Best(
                rows, 2, 6, budget, [.. Enumerable.Range(0, rows.Length).Select(row => probabilities.Max(member => member[row]))]));

    [Fact]
    public void Evict_ByPosition_LeavesSinksAndTheNewestWithoutAnyScores()
        => Check(
            collects: false,
            (heads, queries, scratch, output, _)
                => Rolling32.SimulatedKernels.Attend(fixture.Device, heads.Pages, heads.Tables, queries, scratch, output, Shares),
            (heads, budgets, positions, scratch, _, line)
                => Rolling32.SimulatedKernels.Evict(fixture.Device, heads.Pages, heads.Tables, scratch, budgets, positions, line, Stride),
            (_, rows, _, _, budget) => rows.Length <= budget ? rows : [.. rows[..Math.Min(2, budget)], .. rows[(rows.Length - Math.Max(0, budget - 2))..]]);

    [Fact]
    public void Evict_CollectingAlongALine_LeavesWhatPooledSumsSay()
        => Check(
            collects: true,
            (heads, queries, scratch, output, logits)
                => Hoarding32.SimulatedKernels.Attend(fixture.Device, heads.Pages, heads.Tables, queries, scratch, output, logits, Stride, Shares),
            (heads, budgets, positions, scratch, logits, line)
                => Hoarding32.SimulatedKernels.Evict(fixture.Device, heads.Pages, heads.Tables, scratch, budgets, positions, logits, line, Shares, Stride),
            (_, rows, _, collected, budget) =>
            {
                int candidates = Math.Max(0, rows.Length - 6);
                double At(int rank) => rank >= 0 && rank < candidates ? collected[rank] : 0;
                return Best(rows, 0, 6, budget, [.. Enumerable.Range(0, rows.Length).Select(rank => At(rank - 1) + At(rank) + At(rank + 1))]);
            },
            mean: true, lined: true);

    private static int[] Best(int[] rows, int sinks, int window, int budget, double[] scores)
    {
        if (rows.Length <= budget)
        {
            return rows;
        }

        int others = Math.Max(0, rows.Length - sinks - window);
        IEnumerable<int> best = Ranking.Top(scores.AsSpan(sinks, others), Math.Max(0, budget - sinks - window)).Select(rank => rank + sinks);
        return [.. Enumerable.Range(0, sinks).Concat(best.Order()).Concat(Enumerable.Range(rows.Length - window, window)).Select(rank => rows[rank])];
    }

    private void Check(bool collects, Attention attend, Eviction evict, Survivors survivors, bool mean = false, bool lined = false)
    {
        var random = new Random(4);
        int words = (collects ? 1 : 0) + (lined ? 1 : 0);
        using var heads = new PagedHeads(fixture.Device, new PageLayout(32, 16, 32, stateWords: words), Tokens, random) { PlainPositions = true };
        float[] queries = PagedHeads.Uniform(random, Tokens.Length * Group * 32);
        float[][] before = [.. Tokens.Select(count => PagedHeads.Uniform(random, count).Select(MathF.Abs).ToArray())];
        using var deviceQueries = fixture.Upload(queries);
        using var positions = fixture.Upload(Tokens.Select(count => count - 1).ToArray());
        using var output = fixture.Device.Allocate<float>(queries.Length);
        using var logits = fixture.Device.Allocate<float>(Tokens.Length * Group * Stride);
        using var line = fixture.Device.Allocate<int>(Tokens.Length * Stride);
        using var scratch = fixture.Device.Allocate<float>(
            HeavyHitters32.SimulatedKernels.AttendScratch(Tokens.Length, Shares) + HeavyHitters32.SimulatedKernels.EvictScratch(Tokens.Length, Stride));
        fixture.InEveryOrder(() =>
        {
            heads.Restore();
            var held = new int[Tokens.Length][];
            double[][] collected = [.. before.Select(own => own.Select(sum => (double)sum).ToArray())];
            for (int head = 0; head < Tokens.Length; head++)
            {
                held[head] = [.. Enumerable.Range(0, Tokens[head])];
                if (collects)
                {
                    heads.SetCollected(head, before[head]);
                }

                if (lined)
                {
                    heads.SetLine(head, held[head]);
                }
            }

            // Again, so that the second eviction meets what the first one has moved.
            for (int round = 0; round < Rounds; round++)
            {
                int[] limits = [.. Budgets.Select(budget => budget == 0 ? 0 : budget - round)];
                using var budgets = fixture.Upload(limits);
                attend(heads, deviceQueries.View, scratch.View, output.View, logits.View);
                evict(heads, budgets.View, positions.View, scratch.View, logits.View, line.View);
                fixture.Device.Synchronize();
                int[] counts = heads.Tables.Download().Tokens;
                for (int head = 0; head < Tokens.Length; head++)
                {
                    if (limits[head] > 0)
                    {
                        double[][] probabilities = [.. Enumerable.Range(0, Group).Select(member => Softmax(heads, queries, head, member, held[head]))];
                        for (int i = 0; i < held[head].Length; i++)
                        {
                            collected[head][held[head][i]] += probabilities.Sum(member => member[i]) / (mean ? Group : 1);
                        }

                        held[head] = survivors(head, held[head], probabilities, [.. held[head].Select(row => collected[head][row])], limits[head]);
                    }

                    Assert.Equal(held[head].Length, counts[head]);
                    AssertHolds(heads, head, held[head], collects ? collected[head] : null);
                }
            }
        });
    }

    private static double[] Softmax(PagedHeads heads, float[] queries, int head, int member, int[] rows)
    {
        double[] scores = [.. rows.Select(row => Enumerable.Range(0, 32).Sum(
            i => (double)queries[(((head * Group) + member) * 32) + i] * heads.Keys[head][(row * 32) + i]) / Math.Sqrt(32))];
        double sum = scores.Sum(Math.Exp);
        return [.. scores.Select(score => Math.Exp(score) / sum)];
    }

    private static void AssertHolds(PagedHeads heads, int head, int[] rows, double[]? collected)
    {
        var positions = new List<int>();
        for (int slot = 0; slot < rows.Length; slot++)
        {
            (int row, float[] key, float[] value) = heads.ReadSource(head, slot);
            positions.Add(row);
            Assert.Equal(heads.Keys[head][(row * 32)..((row + 1) * 32)], key);
            Assert.Equal(heads.Values[head][(row * 32)..((row + 1) * 32)], value);
            if (collected is not null)
            {
                Assert.Equal(collected[row], heads.ReadCollected(head, slot), 1e-4);
            }
        }

        Assert.Equal(rows, positions.Order());
    }
}
