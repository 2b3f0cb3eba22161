using System.Runtime.Intrinsics;
using KvCompose.Memory;
using KvCompose.Residency.Pages;

namespace KvCompose.Tests.Retrieval;

/// <summary>Sixteen rows at once against each row alone, to the bit; tiles, keys and snapshots that they go with.</summary>
public unsafe class RowProductsTests
{
    [Theory]
    [InlineData(16, 1)]
    [InlineData(48, 2)]
    [InlineData(144, 3)]
    [InlineData(272, 4)]
    public void Products_OfSixteenRows_AreThoseOfEachRowToTheBit(int length, int seed)
    {
        using NativeFloats data = Random(18 * length, seed);
        float** rows = stackalloc float*[RowProducts.Rows];
        for (int row = 0; row < RowProducts.Rows; row++)
        {
            rows[row] = data.Pointer + (row * length);
        }

        float* first = data.Pointer + (16 * length), second = first + length;
        Vector512<float> products = RowProducts.Dot(rows, first, length), distances = RowProducts.SquaredDistance(rows, first, length);
        (Vector512<float> one, Vector512<float> two) = RowProducts.Dot(rows, first, second, length);
        for (int row = 0; row < RowProducts.Rows; row++)
        {
            Assert.Equal(KeyKernels.Dot(rows[row], first, length), products[row]);
            Assert.Equal(KeyKernels.Dot(rows[row], first, length), one[row]);
            Assert.Equal(KeyKernels.Dot(rows[row], second, length), two[row]);
            Assert.Equal(KeyKernels.SquaredDistance(rows[row], first, length), distances[row]);
        }
    }

    [Fact]
    public void Sums_OfSixteenVectors_AreThoseOfEachVectorToTheBit()
    {
        using NativeFloats data = Random(256, 5);
        var vectors = (Vector512<float>*)data.Pointer;
        Vector512<float> sums = RowProducts.Sums(vectors);
        for (int i = 0; i < 16; i++)
        {
            Assert.Equal(Vector512.Sum(vectors[i]), sums[i]);
        }
    }

    [Theory]
    [InlineData(16)]
    [InlineData(48)]
    [InlineData(128)]
    public void Transpose_OfATile_GivesItsKeysRowByRow(int headDim)
    {
        const int stride = 160;
        using NativeFloats tile = Random(16 * headDim, headDim), rows = Random(16 * stride, 1), key = Random(headDim, 2);
        float behind = rows.Pointer[headDim];
        KeyKernels.Transpose(tile.Pointer, headDim, rows.Pointer, stride);
        for (int slot = 0; slot < 16; slot++)
        {
            KeyKernels.Gather(tile.Pointer, slot, headDim, key.Pointer);
            Assert.Equal(new ReadOnlySpan<float>(key.Pointer, headDim), new ReadOnlySpan<float>(rows.Pointer + (slot * stride), headDim));
        }

        Assert.Equal(behind, rows.Pointer[headDim]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(49)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(500)]
    public void Sort_OfDifferentKeys_Ascends(int count)
    {
        var random = new Random(count);
        ulong[] keys = [.. Enumerable.Range(0, count).Select(i => ((ulong)random.Next(0, 9) << 60) | ((ulong)random.NextInt64() << 20) | (uint)i)];
        keys[0] = ulong.MaxValue;
        ulong[] expected = [.. keys.Order()];
        KeySort.Sort(keys);
        Assert.Equal(expected, keys);
    }

    private static NativeFloats Random(int count, int seed)
    {
        var random = new Random(seed);
        var data = new NativeFloats(count);
        for (int i = 0; i < count; i++)
        {
            data.Pointer[i] = (random.NextSingle() - 0.5f) * MathF.Pow(10, random.Next(-3, 4));
        }

        return data;
    }
}
