extern alias simulator;

using simulator::ILGPU;
using simulator::ILGPU.Runtime;
using KvCompose.Attention;
using KvCompose.Cache;
using KvCompose.Reference;
using KvCompose.Threading;

namespace KvCompose.DeviceTests.Emitted;

/// <summary>GemFilter's choice of a new prompt on the device, for a batch of prompts, against the plain formula and the processor's code.</summary>
public sealed class RestartTests(KernelFixture fixture) : IClassFixture<KernelFixture>
{
    private delegate void Launch(
        PagedHeads heads, ArrayView<float> lastQueries, int headsOfASequence, ArrayView<float> products, ArrayView<int> sequenceTokens,
        ArrayView<float> pooled, ArrayView<int> kept, ArrayView<int> indices, int stride);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Restart_AveragesOfPooledProducts_ChoosesWhatTheReferenceDoes(int seed)
        => Check(seed, new PageLayout(32, 16, 32), 2, PoolingKind.Average, 5,
            (heads, queries, count, products, tokens, pooled, kept, indices, stride) => Gems32.SimulatedKernels.Restart(
                fixture.Device, heads.Pages, heads.Tables, queries, count, products, tokens, pooled, kept, indices, stride));

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    public void Restart_MaximaBeforeASelectionWithAWindow_ForcesNoTokenToStay(int seed)
        => Check(seed, new PageLayout(48, 32, 32), 3, PoolingKind.Max, 7,
            (heads, queries, count, products, tokens, pooled, kept, indices, stride) => GemsOfSnap48.SimulatedKernels.Restart(
                fixture.Device, heads.Pages, heads.Tables, queries, count, products, tokens, pooled, kept, indices, stride));

    [Theory]
    [InlineData(6)]
    public void Restart_ProductsAsTheyAre_ChoosesWhatTheReferenceDoes(int seed)
        => Check(seed, new PageLayout(144, 32, 32), 1, PoolingKind.None, 1,
            (heads, queries, count, products, tokens, pooled, kept, indices, stride) => Gems144.SimulatedKernels.Restart(
                fixture.Device, heads.Pages, heads.Tables, queries, count, products, tokens, pooled, kept, indices, stride));

    [Fact]
    public void Restart_TablesOfHalfASequence_SaysSo()
    {
        using var heads = new PagedHeads(fixture.Device, new PageLayout(32, 16, 32), [5, 5, 5], new Random(1));
        using var floats = fixture.Device.Allocate<float>(256);
        using var ints = fixture.Device.Allocate<int>(16);
        var thrown = Assert.Throws<ArgumentException>(() => Gems32.SimulatedKernels.Restart(
            fixture.Device, heads.Pages, heads.Tables, floats.View, 2, floats.View, ints.View, floats.View, ints.View, ints.View, 8));
        Assert.Contains("3 tables", thrown.Message);
    }

    private void Check(int seed, PageLayout layout, int group, PoolingKind pooling, int kernel, Launch launch)
    {
        var random = new Random(seed);
        int headsOfASequence = random.Next(1, 4), d = layout.HeadDim;
        int[] tokens = [random.Next(2, 30), random.Next(60, 70), random.Next(100, 200), 40];
        int[] kept = [1, random.Next(2, 60), random.Next(2, 100), 40];
        int stride = (tokens.Max() + 3) / 4 * 4;
        using var heads = new PagedHeads(fixture.Device, layout, [.. tokens.SelectMany(count => Enumerable.Repeat(count, headsOfASequence))], random);
        float[] queries = PagedHeads.Uniform(random, tokens.Length * headsOfASequence * group * d);
        using var deviceQueries = fixture.Upload(queries);
        using var deviceTokens = fixture.Upload(tokens);
        using var deviceKept = fixture.Upload(kept);
        using var products = fixture.Device.Allocate<float>(tokens.Length * stride);
        using var pooled = fixture.Device.Allocate<float>(tokens.Length * stride);
        fixture.InEveryOrder(() =>
        {
            using var indices = fixture.Upload(Enumerable.Repeat(-1, tokens.Length * stride).ToArray());
            launch(
                heads, deviceQueries.View, headsOfASequence, products.View, deviceTokens.View, pooled.View, deviceKept.View, indices.View, stride);
            fixture.Device.Synchronize();
            int[] actual = indices.GetAsArray1D();
            for (int sequence = 0; sequence < tokens.Length; sequence++)
            {
                int first = sequence * headsOfASequence, queryFloats = headsOfASequence * group * d;
                float[] last = queries[(sequence * queryFloats)..((sequence + 1) * queryFloats)];
                float[][] keys = heads.Keys[first..(first + headsOfASequence)];
                var shape = new HeadLayout(headsOfASequence * group, headsOfASequence, d);
                double[] scores = Reference.GemFilter.Scores(shape, last, keys.SelectMany(own => own).ToArray(), pooling, kernel);
                int[] expected = Reference.GemFilter.Keep(scores, TokenBudget.Constant(kept[sequence]));
                Assert.Equal(expected, actual[(sequence * stride)..((sequence * stride) + expected.Length)]);
                Assert.Equal(expected, OfTheProcessor(last, keys, tokens[sequence], group, d, pooling, kernel, kept[sequence]));
            }
        });
    }

    private static unsafe int[] OfTheProcessor(
        float[] last, float[][] keys, int tokens, int group, int d, PoolingKind pooling, int kernel, int count)
    {
        using var workers = new WorkerPool(2);
        var shape = new AttentionShape(keys.Length * group, keys.Length, d);
        float[] queries = [.. new float[(tokens - 1) * last.Length], .. last];
        float[] rows = [.. Enumerable.Range(0, tokens).SelectMany(token => keys.SelectMany(own => own[(token * d)..((token + 1) * d)]))];
        using var tiles = new KvCompose.Memory.NativeFloats(KeyTiles.Floats(tokens, keys.Length, d));
        fixed (float* query = queries, key = rows)
        {
            KeyTiles.Pack(workers, key, tokens, keys.Length, d, tiles.Pointer);
            return LastRowProducts.Choose(workers, shape, query, tiles.Pointer, tokens, pooling, kernel, count);
        }
    }
}
