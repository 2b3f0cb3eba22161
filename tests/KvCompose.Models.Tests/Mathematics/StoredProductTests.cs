using KvCompose.Memory;
using KvCompose.Models.Files;
using KvCompose.Models.Kernels;
using KvCompose.Models.Tests.Support;

namespace KvCompose.Models.Tests.Mathematics;

/// <summary>Products of stored blocks with few rows: every type in every vector width, whatever the machine has.</summary>
public sealed unsafe class StoredProductTests
{
    private const int Outputs = 7;
    private const int Page = 4096;

    private static readonly StoredType[] Types =
    [
        StoredType.F16, StoredType.BF16, StoredType.Q8_0, StoredType.Q4_0, StoredType.Q4_1, StoredType.Q5_0, StoredType.Q5_1,
        StoredType.IQ4_NL, StoredType.MXFP4, StoredType.Q4_K, StoredType.Q5_K, StoredType.Q6_K,
    ];

    // Scales: zero, the smallest and largest subnormal, the smallest normal, ordinary ones, the largest; some negative.
    private static readonly ushort[] Halves = [0, 1, 0x03FF, 0x0400, 0x8011, 0x1C66, 0x2E66, 0xB0CD, 0x3C00, 0x7BFF, 0xFBFF];

    // Exponents of a block: of the subnormal scales, of 2⁻¹²⁶, of ordinary ones.
    private static readonly byte[] Exponents = [0, 1, 2, 90, 120, 127, 128, 150];

    public static TheoryData<int, int, int, int> Cases()
    {
        var cases = new TheoryData<int, int, int, int>();
        foreach (StoredType type in Types)
        {
            int[] depths = StoredTypes.Block(type).Values switch { 1 => [1, 19, 250, 256, 773], 32 => [32, 96, 256, 288, 576], _ => [256, 768] };
            foreach (int width in new[] { 128, 256, 512 })
            {
                foreach (int depth in depths)
                {
                    foreach (int rows in new[] { 1, 2, 4, 5, 8 })
                    {
                        cases.Add((int)type, width, depth, rows);
                    }
                }
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Multiply_AnyBlocks_IsTheProduct(int number, int width, int depth, int rows)
    {
        var type = (StoredType)number;
        var random = new Random(depth + rows);
        byte[] bytes = RandomBlocks(type, depth, random);
        float[] x = Activations(rows, depth, random);
        float[] actual = Multiply(type, bytes, x, width, depth, rows, start: 0), added = Multiply(type, bytes, x, width, depth, rows, start: 3);

        int rowBytes = bytes.Length / Outputs;
        for (int output = 0; output < Outputs; output++)
        {
            for (int row = 0; row < rows; row++)
            {
                double expected = 0, magnitude = 0;
                for (int i = 0; i < depth; i++)
                {
                    (double product, double offset) = PlainBlocks.At(type, bytes.AsSpan(output * rowBytes, rowBytes), i);
                    double number1 = x[(row * depth) + i];
                    expected += (product + offset) * number1;
                    magnitude += (Math.Abs(product) + Math.Abs(offset)) * Math.Abs(number1);
                }

                double allowed = (2e-6 * magnitude) + 1e-30;
                Assert.Equal(expected, actual[(row * Outputs) + output], allowed);
                Assert.Equal(expected + 3, added[(row * Outputs) + output], allowed + 1e-6 + (1e-7 * Math.Abs(expected)));
            }
        }
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Multiply_ActivationThatIsNotFinite_GivesNoNumber(float value)
    {
        byte[] bytes = RandomBlocks(StoredType.Q8_0, 64, new Random(1));
        float[] x = Activations(1, 64, new Random(2));
        x[40] = value;
        foreach (int width in new[] { 128, 256, 512 })
        {
            Assert.All(Multiply(StoredType.Q8_0, bytes, x, width, 64, 1, start: 0), static product => Assert.False(float.IsFinite(product)));
        }
    }

    /// <summary>The weights end where the file and its last page end: a read after them would end the process.</summary>
    private static float[] Multiply(StoredType type, byte[] bytes, float[] x, int width, int depth, int rows, float start)
    {
        int padding = (Page - (bytes.Length % Page)) % Page;
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.File("w"), [.. new byte[padding], .. bytes]);
        using MappedFile file = MappedFile.Open(folder.File("w"));
        var tensor = new StoredTensor(file, "w", type, type.ToString(), [Outputs, depth], padding, bytes.Length);
        using var matrix = new StoredMatrix(tensor, 0, Outputs, depth, width);
        using var memory = new NativeFloats(RowTiles.Floats(rows, depth));
        new Span<float>(memory.Pointer, (int)memory.Count).Fill(float.NaN); // What was not written must not be read.
        var tiles = new RowTiles(memory, rows, depth);
        float[] result = [.. Enumerable.Repeat(start, rows * Outputs)];
        fixed (float* from = x, to = result)
        {
            var packing = new RowPacking<PlainRows>(tiles, new PlainRows(from, depth));
            packing.Run(0, 0);
            matrix.Multiply(0, 3, tiles, to, accumulate: start != 0);
            matrix.Multiply(3, Outputs - 3, tiles, to, accumulate: start != 0);
        }

        return result;
    }

    private static byte[] RandomBlocks(StoredType type, int depth, Random random)
    {
        (int values, int blockBytes) = StoredTypes.Block(type);
        byte[] bytes = new byte[Outputs * (depth / values) * blockBytes];
        random.NextBytes(bytes);
        for (int block = 0; block < bytes.Length / blockBytes; block++)
        {
            Span<byte> own = bytes.AsSpan(block * blockBytes, blockBytes);
            switch (block % 5)
            {
                case 3:
                    own.Fill(0xFF); // All codes are the largest.
                    break;
                case 4:
                    own.Clear();
                    break;
            }

            foreach (int place in HalvesOf(type))
            {
                BitConverter.TryWriteBytes(own[place..], Halves[random.Next(Halves.Length)]);
            }

            if (type == StoredType.MXFP4)
            {
                own[0] = Exponents[random.Next(Exponents.Length)];
            }

            if (type == StoredType.BF16)
            {
                BitConverter.TryWriteBytes(own, (ushort)(random.Next(0x3000, 0x4300) + (random.Next(2) * 0x8000)));
            }
        }

        return bytes;
    }

    private static int[] HalvesOf(StoredType type) => type switch
    {
        StoredType.BF16 or StoredType.MXFP4 => [],
        StoredType.Q4_1 or StoredType.Q5_1 or StoredType.Q4_K or StoredType.Q5_K => [0, 2],
        StoredType.Q6_K => [208],
        _ => [0],
    };

    /// <summary>Blocks of 32 whose magnitudes differ by factors of a thousand, some of zeros.</summary>
    private static float[] Activations(int rows, int depth, Random random)
    {
        float[] x = new float[rows * depth];
        float[] magnitudes = [1, 1e3f, 1e-3f, 0, 1e-7f];
        for (int i = 0; i < x.Length; i++)
        {
            x[i] = (float)((random.NextDouble() * 2) - 1) * magnitudes[i / 32 % magnitudes.Length];
        }

        return x;
    }
}
