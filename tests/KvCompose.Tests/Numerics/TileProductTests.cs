using KvCompose.Numerics;

namespace KvCompose.Tests.Numerics;

public sealed unsafe class TileProductTests
{
    public static TheoryData<int, int, bool> Cases()
    {
        var cases = new TheoryData<int, int, bool>();
        foreach (int rows in new[] { 1, 4, 8, 12 })
        {
            foreach (int depth in new[] { 0, 1, 3, 4, 7, 64, 255, 256 })
            {
                cases.Add(rows, depth, depth % 2 == 0);
                cases.Add(rows, depth, depth % 2 != 0);
            }
        }

        cases.Add(1, 1000, true);
        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Multiply_PackedPanel_IsTheProduct(int rows, int depth, bool accumulate)
        => Check(rows, depth, accumulate, second: 16, step: 32);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Multiply_TwoKeyTiles_IsTheProduct(int rows, int depth, bool accumulate)
        => Check(rows, depth, accumulate, second: depth * 16, step: 16);

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 4)]
    [InlineData(4, 4)]
    [InlineData(5, 8)]
    [InlineData(8, 8)]
    [InlineData(9, 12)]
    [InlineData(500, 12)]
    public void TileRows_AnyCount_IsTheSmallestTileThatHoldsThem(int rows, int tile) => Assert.Equal(tile, TileProduct.TileRows(rows));

    private static void Check(int rows, int depth, bool accumulate, int second, int step)
    {
        const int Stride = 37;
        var random = new Random(rows + depth);
        float[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];
        float[] a = Numbers(Math.Max(rows * TileProduct.DepthBlock, depth)), b = Numbers(Math.Max(depth, 1) * 32), c = Numbers(rows * Stride);
        var expected = (float[])c.Clone();
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < 32; column++)
            {
                double sum = accumulate ? c[(row * Stride) + column] : 0;
                for (int k = 0; k < depth; k++)
                {
                    sum += (double)a[(row * TileProduct.DepthBlock) + k] * b[(column / 16 * second) + (k * step) + (column % 16)];
                }

                expected[(row * Stride) + column] = (float)sum;
            }
        }

        foreach (int width in new[] { 0, 512, 256, 128 })
        {
            var actual = (float[])c.Clone();
            fixed (float* pa = a, pb = b, pc = actual)
            {
                Multiply(width, rows, pa, pb, second, step, depth, pc, accumulate, Stride);
            }

            for (int i = 0; i < c.Length; i++)
            {
                Assert.True(Math.Abs(expected[i] - actual[i]) < 1e-4f, $"{width} bits, element {i}: expected {expected[i]}, got {actual[i]}");
            }
        }
    }

    /// <summary>Every vector width, whatever the machine has; 0 is the one that the library takes.</summary>
    private static void Multiply(
        int width, int rows, float* a, float* b, int second, int step, int depth, float* c, bool accumulate, int stride)
    {
        switch (width)
        {
            case 512:
                TileProduct.Multiply512(rows, a, b, second, step, depth, c, stride, accumulate);
                break;
            case 256:
                TileProduct.Multiply256(rows, a, b, second, step, depth, c, stride, accumulate);
                break;
            case 128:
                TileProduct.Multiply128(rows, a, b, second, step, depth, c, stride, accumulate);
                break;
            default:
                TileProduct.Multiply(rows, a, b, second, step, depth, c, stride, accumulate);
                break;
        }
    }
}
