extern alias simulator;

using System.Runtime.InteropServices;
using simulator::ILGPU;
using simulator::ILGPU.Runtime;
using KvCompose.Cache;
using KvCompose.Numerics;
using KvCompose.Reference;

namespace KvCompose.DeviceTests.Emitted;

/// <summary>
/// HeteroCache's monitor on the device: which of the prompt's tokens watched heads find best, from the scores of the step's attention, how many
/// are in their reference sets, and fetched tokens in the places of others.
/// </summary>
public sealed class MonitorTests(KernelFixture fixture) : IClassFixture<KernelFixture>
{
    private const int Shares = 2;

    private delegate void Attention(
        PagedHeads heads, ArrayView<float> queries, ArrayView<float> scratch, ArrayView<float> output, ArrayView<int> watched, ArrayView<float> logits,
        int stride);

    private delegate void Watching(
        int heads, ArrayView<float> logits, ArrayView<int> prompt, ArrayView<float> sums, ArrayView<float> scores, ArrayView<int> wanted,
        ArrayView<uint> masks, ArrayView<uint> references, ArrayView<int> common, int words, int stride);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Watch_AveragesAndTheMostOfAGroup_MarksWhatTheReferenceDoes(int seed)
        => Check(seed, new PageLayout(32, 16, 32), 2, 0, PoolingKind.Average, 5, GroupReduction.Max,
            (heads, queries, scratch, output, watched, logits, stride) => Monitored32.SimulatedKernels.Attend(
                fixture.Device, heads.Pages, heads.Tables, queries, scratch, output, watched, logits, stride, Shares),
            (heads, logits, prompt, sums, scores, wanted, masks, references, common, words, stride) => Monitored32.SimulatedKernels.Watch(
                fixture.Device, heads, logits, prompt, sums, scores, wanted, masks, references, common, words, stride));

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    public void Watch_MaximaAndSumsBeforeAWindow_MarksWhatTheReferenceDoes(int seed)
        => Check(seed, new PageLayout(48, 16, 32), 3, 8, PoolingKind.Max, 7, GroupReduction.Sum,
            (heads, queries, scratch, output, watched, logits, stride) => MonitoredMaxima48.SimulatedKernels.Attend(
                fixture.Device, heads.Pages, heads.Tables, queries, scratch, output, watched, logits, stride, Shares),
            (heads, logits, prompt, sums, scores, wanted, masks, references, common, words, stride) => MonitoredMaxima48.SimulatedKernels.Watch(
                fixture.Device, heads, logits, prompt, sums, scores, wanted, masks, references, common, words, stride));

    [Theory]
    [InlineData(7)]
    [InlineData(8)]
    public void Watch_BesidePagesThatComeBack_MarksWhatTheReferenceDoes(int seed)
        => Check(seed, new PageLayout(32, 16, 32, counted: true), 2, 0, PoolingKind.Average, 5, GroupReduction.Max,
            (heads, queries, scratch, output, watched, logits, stride) => MonitoredBesidePages32.SimulatedKernels.Attend(
                fixture.Device, heads.Pages, heads.Tables, queries, scratch, output, watched, logits, stride, Shares),
            (heads, logits, prompt, sums, scores, wanted, masks, references, common, words, stride) => MonitoredBesidePages32.SimulatedKernels.Watch(
                fixture.Device, heads, logits, prompt, sums, scores, wanted, masks, references, common, words, stride));

    [Fact]
    public void Refresh_TokensOfSeveralHeads_TakeThePlacesOfOthersAndNobodyElses()
    {
        var random = new Random(6);
        int[] tokens = [20, 33, 5];
        using var heads = new PagedHeads(fixture.Device, new PageLayout(32, 16, 32), tokens, random);
        (int Head, int Slot)[] places = [(0, 3), (0, 19), (1, 0), (1, 16), (1, 32), (2, 4)];
        float[] content = PagedHeads.Uniform(random, places.Length * 2 * 32);
        using var headOf = fixture.Upload(places.Select(static place => place.Head).ToArray());
        using var slotOf = fixture.Upload(places.Select(static place => place.Slot).ToArray());
        using var positionOf = fixture.Upload(places.Select(static (_, i) => 1000 + i).ToArray());
        using var device = fixture.Upload(content);
        fixture.InEveryOrder(() =>
        {
            heads.Restore();
            Monitored32.SimulatedKernels.Refresh(
                fixture.Device, heads.Pages, heads.Tables, places.Length, headOf.View, slotOf.View, positionOf.View, device.View);
            fixture.Device.Synchronize();
            for (int head = 0; head < tokens.Length; head++)
            {
                for (int slot = 0; slot < tokens[head]; slot++)
                {
                    int fetched = Array.IndexOf(places, (head, slot));
                    (int position, float[] key, float[] value) = heads.ReadSource(head, slot);
                    Assert.Equal(fetched < 0 ? PagedHeads.PositionOf(head, slot) : 1000 + fetched, position);
                    Assert.Equal(fetched < 0 ? heads.Keys[head][(slot * 32)..((slot + 1) * 32)] : content[(fetched * 64)..((fetched * 64) + 32)], key);
                    Assert.Equal(fetched < 0 ? heads.Values[head][(slot * 32)..((slot + 1) * 32)] : content[((fetched * 64) + 32)..((fetched + 1) * 64)], value);
                }
            }
        });
    }

    private void Check(
        int seed, PageLayout layout, int group, int window, PoolingKind pooling, int kernel, GroupReduction reduction, Attention attend, Watching watch)
    {
        // Heads 1 and 3 are watched, in turned order; some slots after the prompt are decoded tokens.
        var random = new Random(seed);
        int d = layout.HeadDim, decoded = random.Next(1, 20);
        int[] prompt = [random.Next(30, 64), random.Next(64, 200)], watchedHeads = [3, 1];
        int[] tokens = [40, prompt[1] + decoded, 9, prompt[0] + decoded];
        int[] wanted = [random.Next(1, prompt[0] - window), random.Next(1, prompt[1] - window)];
        int stride = (tokens.Max() + 3) / 4 * 4, words = (prompt.Max() + 31) / 32;
        using var heads = new PagedHeads(fixture.Device, layout, tokens, random);
        if (layout.HasPerPageCounts)
        {
            heads.SetCounts();
        }

        float[] queries = PagedHeads.Uniform(random, tokens.Length * group * d);
        uint[] references = [.. Enumerable.Range(0, 2 * words).Select(_ => (uint)random.NextInt64(1L << 32))];
        using var deviceQueries = fixture.Upload(queries);
        using var watched = fixture.Upload(new[] { -1, 1, -1, 0 });
        using var promptTokens = fixture.Upload(prompt);
        using var deviceWanted = fixture.Upload(wanted);
        using var deviceReferences = fixture.Upload(references);
        using var scratch = fixture.Device.Allocate<float>(Monitored32.SimulatedKernels.AttendScratch(tokens.Length, Shares) * group * 2);
        using var output = fixture.Device.Allocate<float>(queries.Length);
        using var logits = fixture.Device.Allocate<float>(2 * group * stride);
        using var sums = fixture.Device.Allocate<float>(2 * group);
        using var scores = fixture.Device.Allocate<float>(2 * stride);
        fixture.InEveryOrder(() =>
        {
            using var masks = fixture.Upload(Enumerable.Repeat(uint.MaxValue, 2 * words).ToArray());
            using var common = fixture.Device.Allocate<int>(2);
            attend(heads, deviceQueries.View, scratch.View, output.View, watched.View, logits.View, stride);
            watch(
                2, logits.View, promptTokens.View, sums.View, scores.View, deviceWanted.View, masks.View, deviceReferences.View, common.View, words, stride);
            fixture.Device.Synchronize();
            uint[] marked = masks.GetAsArray1D();
            int[] shared = common.GetAsArray1D();
            for (int star = 0; star < 2; star++)
            {
                int head = watchedHeads[star];
                double[] expectedScores = Scores(
                    queries.AsSpan(head * group * d, group * d), heads.Keys[head].AsSpan(0, prompt[star] * d), d, pooling, kernel, reduction);
                int[] best = [.. Ranking.Top(expectedScores.AsSpan(0, prompt[star] - window), wanted[star]).Order()];
                uint[] own = marked[(star * words)..((star + 1) * words)];
                Assert.Equal(best, Enumerable.Range(0, words * 32).Where(token => (own[token / 32] >> (token % 32) & 1) != 0));
                Assert.Equal(best.Count(token => (references[(star * words) + (token / 32)] >> (token % 32) & 1) != 0), shared[star]);
                Assert.Equal(OfTheProcessor(scores.GetAsArray1D()[(star * stride)..], prompt[star], window, wanted[star]), own[..((prompt[star] + 31) / 32)]);
            }
        });
    }

    private static double[] Scores(
        ReadOnlySpan<float> queries, ReadOnlySpan<float> keys, int d, PoolingKind pooling, int kernel, GroupReduction reduction)
    {
        int tokens = keys.Length / d;
        var members = new double[queries.Length / d][];
        for (int member = 0; member < members.Length; member++)
        {
            double[,] row = WindowAttention.Probabilities(queries.Slice(member * d, d), keys, 1, tokens, d);
            members[member] = Pooling.Apply([.. row.Cast<double>()], pooling, kernel);
        }

        return GroupReduce.Apply(members, reduction);
    }

    /// <summary>The processor's mask of the device's scores.</summary>
    private static unsafe uint[] OfTheProcessor(float[] scores, int tokens, int window, int wanted)
    {
        var mask = new ulong[TopMask.Words(tokens)];
        float[] padded = [.. scores[..tokens], .. new float[16]];
        var scratch = new int[TopMask.ScratchWords(tokens)];
        fixed (float* first = padded)
        fixed (int* working = scratch)
        {
            TopMask.Mark(first, 0, tokens - window, wanted, mask, working);
        }

        return MemoryMarshal.Cast<ulong, uint>(mask.AsSpan())[..((tokens + 31) / 32)].ToArray();
    }
}
