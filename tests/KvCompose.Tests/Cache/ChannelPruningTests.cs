using KvCompose.Cache;
using KvCompose.Reference;

namespace KvCompose.Tests.Cache;

/// <summary>The choice of channels and pruned pages against the plain reference and plain sums.</summary>
public unsafe class ChannelPruningTests
{
    [Theory]
    [InlineData(16, 1, 1, 5, 3)]
    [InlineData(32, 2, 4, 40, 32)]
    [InlineData(48, 3, 2, 20, 64)]
    [InlineData(128, 1, 8, 100, 16)]
    public void Choice_OfAnyShape_IsTheReference(int headDim, int heads, int group, int tokens, int rows)
    {
        var random = new Random(headDim + tokens);
        float[] queries = Uniform(random, tokens * heads * group * headDim), keys = Uniform(random, tokens * heads * headDim);
        int[] kept = [.. Enumerable.Range(0, tokens).Where(row => row % 3 != 1)];
        int count = ThinK.Kept(headDim, 0.4);
        var channels = new int[count];
        var squares = new float[heads * headDim];
        fixed (float* q = queries, k = keys, sums = squares)
        fixed (int* rowsKept = kept, chosen = channels)
        {
            ChannelChoice.Observe(q, tokens, rows, heads, group, headDim, sums);
            for (int head = 0; head < heads; head++)
            {
                ChannelChoice.Choose(sums + (head * headDim), k + (head * headDim), heads * headDim, rowsKept, kept.Length, headDim, chosen, count);
                float[] asked =
                [
                    .. Enumerable.Range(Math.Max(0, tokens - rows), Math.Min(rows, tokens))
                        .SelectMany(row => queries.Skip((((row * heads) + head) * group) * headDim).Take(group * headDim)),
                ];
                float[] own = [.. kept.SelectMany(row => keys.Skip(((row * heads) + head) * headDim).Take(headDim))];
                Assert.Equal(ThinK.Channels(asked, own, headDim, 0.4), channels);
            }
        }
    }

    [Fact]
    public void Choice_WithoutRows_TakesTheFirstOnes()
    {
        float[] keys = [.. Enumerable.Repeat(1f, 16), .. Enumerable.Range(0, 16).Select(i => 100f * i)];
        float[] squares = [.. Enumerable.Range(0, 16).Select(i => i < 8 ? 2f : 1f)];
        var channels = new int[12];
        fixed (float* k = keys, sums = squares)
        fixed (int* chosen = channels)
        {
            ChannelChoice.Choose(sums, k, 16, null, 1, 16, chosen, 12);
        }

        // The second key would turn the order around. Of equal channels the lower ones stay.
        Assert.Equal(Enumerable.Range(0, 12), channels);
    }

    [Theory]
    [InlineData(16, 0.4, 12)]
    [InlineData(64, 0.4, 40)]
    [InlineData(128, 0.4, 80)]
    [InlineData(128, 0.5, 64)]
    [InlineData(80, 0.35, 52)]
    public void Kept_OfARatio_IsRoundedUpToFours(int headDim, double ratio, int kept) => Assert.Equal(kept, ThinK.Kept(headDim, ratio));

    [Fact]
    public void Score_OfAChannel_IsTheNormOfItsProducts()
    {
        // Channel 0 has large keys that no query asks for, channel 1 small ones that all ask for.
        float[] keys = [.. Enumerable.Range(0, 6).SelectMany(_ => Row(16, 5, 1)), .. Row(16, 5, 1)];
        float[] queries = [.. Enumerable.Range(0, 3).SelectMany(_ => Row(16, 0.01f, 4))];
        Assert.Equal([1, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14], ThinK.Channels(queries, keys, 16, 0.4));

        static float[] Row(int headDim, float first, float second)
            => [first, second, 0.001f, 0.001f, .. Enumerable.Repeat(1f, 11), 0.0001f];
    }

    [Theory]
    [InlineData(16, 16)]
    [InlineData(48, 64)]
    [InlineData(128, 256)]
    public void Seal_InSinglePrecision_ReadsBackAsTheReferenceDoes(int headDim, int pageTokens) => CheckReference<ThinKStorage>(headDim, pageTokens, 32, 0);

    [Fact]
    public void Seal_InHalves_ReadsBackAsTheReferenceDoes() => CheckReference<Fp16Storage>(32, 32, 16, 1e-3f);

    [Fact]
    public void Layout_OfPrunedPages_HasRoomForKeptChannels()
    {
        var layout = new PageLayout(64, 32, 32, keyChannels: 40);
        Assert.True(layout is { Pruned: true, CompressesFullPages: true, Quantised: false });
        Assert.Equal(32 * 40 * 4, layout.ValueOffset);
        Assert.Equal((32 * 40 * 4) + (32 * 64 * 4), layout.PositionOffset);
        Assert.Equal(40 * 4, layout.ChannelBytes);
        Assert.Equal(2 * 32 * 64 * 4, layout.ResidualBytes);
        Assert.True(new PageLayout(64, 32, 32, keyChannels: 64) is { Pruned: false, CompressesFullPages: false, ChannelBytes: 0, ResidualBytes: 0 });
    }

    [Theory]
    [InlineData(-4, false)]
    [InlineData(42, false)]
    [InlineData(68, false)]
    [InlineData(40, true)]
    public void Layout_OfChannelsThatDoNotFit_IsRefused(int channels, bool quantised)
        => Assert.Throws<ArgumentOutOfRangeException>(() => new PageLayout(64, 32, quantised ? 8 : 32, quantised: quantised, keyChannels: channels));

    private static void CheckReference<TStorage>(int headDim, int pageTokens, int bits, float tolerance)
        where TStorage : unmanaged, IStorage<TStorage>
    {
        var random = new Random(headDim + pageTokens);
        float[] keys = Uniform(random, pageTokens * headDim), values = Uniform(random, pageTokens * headDim);
        int[] channels = ThinK.Channels(Uniform(random, 4 * headDim), keys, headDim, 0.4);
        var layout = new PageLayout(headDim, pageTokens, bits, keyChannels: channels.Length);
        var open = new float[2 * pageTokens * headDim];
        for (int token = 0; token < pageTokens; token++)
        {
            for (int i = 0; i < headDim; i++)
            {
                open[(token / 16 * 16 * headDim) + (i * 16) + (token % 16)] = keys[(token * headDim) + i];
                open[((pageTokens + token) * headDim) + i] = values[(token * headDim) + i];
            }
        }

        float[] expected = ThinK.Keys(keys, headDim, pageTokens, channels);
        var page = new byte[layout.PageBytes];
        fixed (float* from = open)
        fixed (byte* into = page)
        fixed (int* kept = channels)
        {
            PagePruner.Seal<TStorage>(from, into, kept, layout);
            for (int token = 0; token < pageTokens; token++)
            {
                var read = new float[headDim];
                for (int i = 0; i < channels.Length; i++)
                {
                    read[channels[i]] = TStorage.Load(into, (token / 16 * 16 * channels.Length) + (i * 16))[token % 16];
                }

                for (int i = 0; i < headDim; i++)
                {
                    Assert.Equal(expected[(token * headDim) + i], read[i], tolerance);
                    Assert.Equal(values[(token * headDim) + i], TStorage.Load(into + layout.ValueOffset, (token * headDim) + (i / 16 * 16))[i % 16], tolerance);
                }
            }
        }
    }

    private static float[] Uniform(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => (float)((random.NextDouble() * 2) - 1))];
}
