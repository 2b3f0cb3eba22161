using KvCompose.Cache;
using KvCompose.Reference;

namespace KvCompose.Tests.Cache;

/// <summary>Quantised pages against plain sums over columns and rows, and the plain reference.</summary>
public unsafe class PageQuantiserTests
{
    [Theory]
    [InlineData(16, 16)]
    [InlineData(32, 32)]
    [InlineData(48, 64)]
    [InlineData(128, 256)]
    public void Seal_Bytes_ReadsBackAsTheReferenceDoes(int headDim, int pageTokens) => CheckReference<Int8Storage>(headDim, pageTokens, 8);

    [Theory]
    [InlineData(16, 16)]
    [InlineData(32, 32)]
    [InlineData(144, 48)]
    public void Seal_Nibbles_ReadsBackAsTheReferenceDoes(int headDim, int pageTokens) => CheckReference<Int4Storage>(headDim, pageTokens, 4);

    [Theory]
    [InlineData(8)]
    [InlineData(4)]
    public void Restored_AnyElement_IsWithinHalfAStep(int bits)
    {
        var random = new Random(bits);
        float[] group = [.. Enumerable.Range(0, 64).Select(_ => (float)((random.NextDouble() * 6) - 1))];
        float step = (group.Max() - group.Min()) / ((1 << bits) - 1);
        float[] restored = Kivi.Restored(group, bits);
        Assert.All(Enumerable.Range(0, 64), i => Assert.InRange(Math.Abs(group[i] - restored[i]), 0, (0.5f * step) + (6 * 0.001f)));
    }

    [Fact]
    public void Keys_OneWildChannel_LeavesTheOthersExact()
    {
        // What keys are quantised by channel for: the others are constant along the tokens, and come back as they were.
        float[] keys = [.. Enumerable.Range(0, 16 * 16).Select(i => i % 16 == 3 ? 1000f * (i / 16) : 0.25f)];
        float[] restored = Kivi.Keys(keys, 16, 16, 4);
        Assert.All(Enumerable.Range(0, keys.Length).Where(i => i % 16 != 3), i => Assert.Equal(0.25f, restored[i]));
    }

    [Fact]
    public void Keys_TokensThatFillNoPage_StayAsTheyAre()
    {
        float[] keys = [.. Enumerable.Range(0, 20 * 16).Select(i => MathF.Sin(i))];
        Assert.Equal(keys[(16 * 16)..], Kivi.Keys(keys, 16, 16, 4)[(16 * 16)..]);
        Assert.Equal(keys[(16 * 16)..], Kivi.Values(keys, 16, 16, 4)[(16 * 16)..]);
    }

    [Theory]
    [InlineData(3f, 3f)]
    [InlineData(-1e6f, 1e6f)]
    [InlineData(0f, 1e-9f)]
    public void Code_OfUnusualBounds_StaysFinite(float least, float most)
    {
        uint code = AffineCode.Of(least, most, 15);
        Assert.True(float.IsFinite(AffineCode.Scale(code)) && float.IsFinite(AffineCode.Zero(code)));
        Assert.InRange(AffineCode.Encode(least, code, 15), 0, 15);
        Assert.InRange(AffineCode.Encode(most, code, 15), 0, 15);
    }

    [Fact]
    public void Code_OfEveryHalf_IsReadAsThatHalf()
    {
        for (int bits = 0; bits <= ushort.MaxValue; bits++)
        {
            var half = BitConverter.UInt16BitsToHalf((ushort)bits);
            if (Half.IsFinite(half))
            {
                Assert.Equal((float)half, AffineCode.Scale((uint)bits));
                Assert.Equal((float)half, AffineCode.Zero((uint)bits << 16));
            }
        }
    }

    [Fact]
    public void Fold_OfAQuery_LeavesKeysAsCodes()
    {
        var random = new Random(3);
        float[] query = Uniform(random, 48), folded = new float[48];
        uint[] codes = [.. Enumerable.Range(0, 48).Select(i => AffineCode.Of(-i, i * 0.5f, 255))];
        float start;
        fixed (uint* ofChannels = codes)
        fixed (float* from = query, into = folded)
        {
            start = AffineCode.Fold(ofChannels, from, into, 48);
        }

        Assert.All(Enumerable.Range(0, 48), i => Assert.Equal(query[i] * AffineCode.Scale(codes[i]), folded[i], 1e-5f));
        Assert.Equal(Enumerable.Range(0, 48).Sum(i => query[i] * AffineCode.Zero(codes[i])), start, 1e-3f);
    }

    [Fact]
    public void Layout_OfQuantisedPages_HasRoomForScales()
    {
        var layout = new PageLayout(32, 64, 4, quantised: true);
        Assert.Equal(64 * 16, layout.KeyCodeOffset);
        Assert.Equal((64 * 16) + (32 * 4), layout.ValueOffset);
        Assert.Equal((2 * 64 * 16) + (32 * 4), layout.ValueCodeOffset);
        Assert.Equal((2 * 64 * 16) + (32 * 4) + (64 * 4), layout.PositionOffset);
        Assert.Throws<ArgumentOutOfRangeException>(() => new PageLayout(32, 64, 16, quantised: true));
    }

    private static void CheckReference<TStorage>(int headDim, int pageTokens, int bits)
        where TStorage : unmanaged, IStorage<TStorage>
    {
        var random = new Random(headDim + pageTokens);
        var layout = new PageLayout(headDim, pageTokens, bits, quantised: true);
        float[] keys = Uniform(random, pageTokens * headDim), values = Uniform(random, pageTokens * headDim);
        var open = new float[2 * pageTokens * headDim];
        for (int token = 0; token < pageTokens; token++)
        {
            for (int i = 0; i < headDim; i++)
            {
                open[(token / 16 * 16 * headDim) + (i * 16) + (token % 16)] = keys[(token * headDim) + i];
                open[((pageTokens + token) * headDim) + i] = values[(token * headDim) + i];
            }
        }

        var page = new byte[layout.PageBytes];
        fixed (float* from = open)
        fixed (byte* into = page)
        {
            PageQuantiser.Seal<TStorage>(from, into, headDim, pageTokens, bits);
            float[] expectedKeys = Kivi.Keys(keys, headDim, pageTokens, bits), expectedValues = Kivi.Values(values, headDim, pageTokens, bits);
            for (int token = 0; token < pageTokens; token++)
            {
                uint ofToken = ((uint*)(into + layout.ValueCodeOffset))[token];
                for (int i = 0; i < headDim; i++)
                {
                    uint ofChannel = ((uint*)(into + layout.KeyCodeOffset))[i];
                    float key = AffineCode.Decode(TStorage.Load(into, ((token / 16 * headDim) + i) * 16), ofChannel)[token % 16];
                    float value = AffineCode.Decode(TStorage.Load(into + layout.ValueOffset, (token * headDim) + (i / 16 * 16)), ofToken)[i % 16];
                    Assert.Equal(expectedKeys[(token * headDim) + i], key, 1e-5f);
                    Assert.Equal(expectedValues[(token * headDim) + i], value, 1e-5f);
                }
            }
        }
    }

    private static float[] Uniform(Random random, int length) => [.. Enumerable.Range(0, length).Select(_ => (float)((random.NextDouble() * 4) - 2))];
}
