extern alias simulator;

using simulator::ILGPU;
using KvCompose.Cache;
using KvCompose.Reference;

namespace KvCompose.DeviceTests.Emitted;

/// <summary>Eviction while decoding on the device against the plain reference, for heads above, at and without their budgets.</summary>
public sealed class CakeEvictTests(KernelFixture fixture) : IClassFixture<KernelFixture>
{
    private const int Group = 2;
    private const int Window = 8;
    private const int Shares = 2;
    private const int Stride = 300;

    private static readonly int[] Tokens = [20, 33, 41, 9, 290];
    private static readonly int[] Budgets = [20, 32, 38, 0, 289];

    [Fact]
    public void Evict_AlongPositions_LeavesWhatTheReferenceLeaves()
        => Check(PoolingOrder.Positional, (heads, queries, scratch, output, logits)
            => Cake32.SimulatedKernels.Attend(fixture.Device, heads.Pages, heads.Tables, queries, scratch, output, logits, Stride, Shares),
            (heads, budgets, positions, scratch, logits, line)
            => Cake32.SimulatedKernels.Evict(fixture.Device, heads.Pages, heads.Tables, scratch, budgets, positions, logits, line, Shares, Stride));

    [Fact]
    public void Evict_AlongStorage_LeavesAndRanksWhatTheReferenceDoes()
        => Check(PoolingOrder.Physical, (heads, queries, scratch, output, logits)
            => CakeByRank32.SimulatedKernels.Attend(fixture.Device, heads.Pages, heads.Tables, queries, scratch, output, logits, Stride, Shares),
            (heads, budgets, positions, scratch, logits, line)
            => CakeByRank32.SimulatedKernels.Evict(fixture.Device, heads.Pages, heads.Tables, scratch, budgets, positions, logits, line, Shares, Stride));

    private delegate void Attention(
        PagedHeads heads, ArrayView<float> queries, ArrayView<float> scratch, ArrayView<float> output, ArrayView<float> logits);

    private delegate void Eviction(
        PagedHeads heads, ArrayView<int> budgets, ArrayView<int> positions, ArrayView<float> scratch, ArrayView<float> logits, ArrayView<int> line);

    private void Check(PoolingOrder pooling, Attention attend, Eviction evict)
    {
        var random = new Random(3);
        using var heads = new PagedHeads(fixture.Device, new PageLayout(32, 16, 32, stateWords: 1), Tokens, random);
        float[] queries = PagedHeads.Uniform(random, Tokens.Length * Group * 32);
        int[][] lines = [.. Tokens.Select(count => Line(random, count, pooling))];
        using var deviceQueries = fixture.Upload(queries);
        using var positions = fixture.Upload(new int[Tokens.Length]);
        using var output = fixture.Device.Allocate<float>(queries.Length);
        using var logits = fixture.Device.Allocate<float>(Tokens.Length * Group * Stride);
        using var line = fixture.Device.Allocate<int>(Tokens.Length * Stride);
        using var scratch = fixture.Device.Allocate<float>(
            Cake32.SimulatedKernels.AttendScratch(Tokens.Length, Shares) + Cake32.SimulatedKernels.EvictScratch(Tokens.Length, Stride));
        fixture.InEveryOrder(() =>
        {
            heads.Restore();
            int[][] held = [.. lines];
            for (int head = 0; head < Tokens.Length; head++)
            {
                heads.SetLine(head, lines[head]);
            }

            // Twice, so that the second eviction meets a line that the first one has closed up.
            for (int round = 0; round < 2; round++)
            {
                int[] limits = [.. Budgets.Select(budget => budget == 0 ? 0 : budget - round)];
                using var budgets = fixture.Upload(limits);
                attend(heads, deviceQueries.View, scratch.View, output.View, logits.View);
                evict(heads, budgets.View, positions.View, scratch.View, logits.View, line.View);
                fixture.Device.Synchronize();
                int[] counts = heads.Tables.Download().Tokens;
                for (int head = 0; head < Tokens.Length; head++)
                {
                    held[head] = Survivors(heads, queries, head, held[head], limits[head], pooling);
                    Assert.Equal(held[head].Length, counts[head]);
                    AssertHolds(heads, head, held[head]);
                }
            }
        });
    }

    /// <summary>Rows of a head in the order of its line: by position, or ranked with the window last.</summary>
    private static int[] Line(Random random, int count, PoolingOrder pooling)
    {
        int[] line = [.. Enumerable.Range(0, count)];
        if (pooling == PoolingOrder.Physical)
        {
            random.Shuffle(line.AsSpan(0, Math.Max(0, count - Window)));
        }

        return line;
    }

    private static int[] Survivors(PagedHeads heads, float[] queries, int head, int[] rows, int budget, PoolingOrder pooling)
    {
        if (budget == 0)
        {
            return rows;
        }

        double[][] probabilities = [.. Enumerable.Range(0, Group).Select(member => Softmax(heads, queries, head, member, rows))];
        int[] stays = CakeDecode.Survivors(
            probabilities, rows.Select(row => PagedHeads.PositionOf(head, row)).ToArray(), budget - Window,
            new CakeOptions(budget, Window) { DecodePooling = pooling });
        return [.. stays.Select(index => rows[index])];
    }

    private static double[] Softmax(PagedHeads heads, float[] queries, int head, int member, int[] rows)
    {
        double[] scores = [.. rows.Select(row => Enumerable.Range(0, 32).Sum(
            i => (double)queries[(((head * Group) + member) * 32) + i] * heads.Keys[head][(row * 32) + i]) / Math.Sqrt(32))];
        double sum = scores.Sum(Math.Exp);
        return [.. scores.Select(score => Math.Exp(score) / sum)];
    }

    private static void AssertHolds(PagedHeads heads, int head, int[] rows)
    {
        for (int rank = 0; rank < rows.Length; rank++)
        {
            (int position, float[] key, float[] value) = heads.ReadSource(head, heads.ReadLine(head, rank));
            Assert.Equal(PagedHeads.PositionOf(head, rows[rank]), position);
            Assert.Equal(heads.Keys[head][(rows[rank] * 32)..((rows[rank] + 1) * 32)], key);
            Assert.Equal(heads.Values[head][(rows[rank] * 32)..((rows[rank] + 1) * 32)], value);
        }
    }
}
