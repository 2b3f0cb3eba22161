using KvCompose.Memory;
using KvCompose.Models.Files;
using KvCompose.Models.Files.Gguf;
using KvCompose.Models.Kernels;
using KvCompose.Models.Tests.Support;
using KvCompose.Threading;

namespace KvCompose.Models.Tests.Mathematics;

public sealed unsafe class MatrixProductTests
{
    public static TheoryData<int, int, int> Sizes()
    {
        var sizes = new TheoryData<int, int, int>
        {
            // rows, inputs, outputs
            { 1, 1, 1 }, { 1, 300, 64 }, { 1, 1025, 1000 }, { 3, 257, 33 }, { 4, 256, 32 }, { 6, 40, 95 }, { 8, 600, 64 },
            { 12, 256, 64 }, { 13, 70, 31 }, { 200, 520, 100 }, { 400, 64, 260 },
        };
        var random = new Random(7);
        for (int i = 0; i < 15; i++)
        {
            sizes.Add(random.Next(1, 60), random.Next(1, 700), random.Next(1, 300));
        }

        return sizes;
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Run_AnySize_IsTheProduct(int rows, int inputs, int outputs)
    {
        float[] x = GeneratedNumbers.Create(1, (long)rows * inputs), w = GeneratedNumbers.Create(2, (long)outputs * inputs);
        using var folder = new TemporaryFolder();
        using WeightMatrix matrix = Pack(folder, w, outputs, inputs);
        using var pool = new WorkerPool(2);
        using var packed = new NativeFloats(RowTiles.Floats(rows, inputs));
        var tiles = new RowTiles(packed, rows, inputs);
        float[] first = new float[rows * outputs], second = GeneratedNumbers.Create(3, rows * outputs), start = [.. second];
        fixed (float* px = x, p1 = first, p2 = second)
        {
            RowPacking<PlainRows>.Run(pool, tiles, new PlainRows(px, inputs));
            var product = new MatrixProduct(tiles);
            product.Add(matrix, p1);
            product.Run(pool);
            var sum = new MatrixProduct(tiles, accumulate: true);
            sum.Add(matrix, p2);
            sum.Run(pool);
        }

        for (int row = 0; row < rows; row++)
        {
            for (int output = 0; output < outputs; output++)
            {
                double expected = 0;
                for (int k = 0; k < inputs; k++)
                {
                    expected += (double)x[(row * inputs) + k] * w[(output * inputs) + k];
                }

                Assert.Equal(expected, first[(row * outputs) + output], 1e-3);
                Assert.Equal(expected + start[(row * outputs) + output], second[(row * outputs) + output], 1e-3);
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(300)]
    public void Run_ThreeMatrices_GivesWhatEachGivesAlone(int rows)
    {
        int inputs = 270;
        int[] outputs = [100, 33, 64];
        using var folder = new TemporaryFolder();
        using var pool = new WorkerPool(3);
        using var packed = new NativeFloats(RowTiles.Floats(rows, inputs));
        using var x = new NativeFloats((long)rows * inputs);
        GeneratedNumbers.Create(5, x.Count).CopyTo(new Span<float>(x.Pointer, (int)x.Count));
        var tiles = new RowTiles(packed, rows, inputs);
        RowPacking<PlainRows>.Run(pool, tiles, new PlainRows(x.Pointer, inputs));
        WeightMatrix[] matrices = [.. outputs.Select((count, i) => Pack(folder, GeneratedNumbers.Create((ulong)i, count * inputs), count, inputs))];
        NativeFloats[] together = [.. outputs.Select(count => new NativeFloats(rows * count))];
        NativeFloats[] alone = [.. outputs.Select(count => new NativeFloats(rows * count))];

        var product = new MatrixProduct(tiles);
        for (int i = 0; i < 3; i++)
        {
            product.Add(matrices[i], together[i].Pointer);
            var single = new MatrixProduct(tiles);
            single.Add(matrices[i], alone[i].Pointer);
            single.Run(pool);
        }

        product.Run(pool);

        for (int i = 0; i < 3; i++)
        {
            Assert.True(new ReadOnlySpan<float>(alone[i].Pointer, rows * outputs[i])
                .SequenceEqual(new ReadOnlySpan<float>(together[i].Pointer, rows * outputs[i])), $"matrix {i}");
            matrices[i].Dispose();
            together[i].Dispose();
            alone[i].Dispose();
        }
    }

    [Fact]
    public void CopyRow_EveryRow_GivesTheWeightsBack()
    {
        float[] w = GeneratedNumbers.Create(8, 70 * 45);
        using var folder = new TemporaryFolder();
        using WeightMatrix matrix = Pack(folder, w, 70, 45);
        var row = new float[45];
        for (int i = 0; i < 70; i++)
        {
            fixed (float* target = row)
            {
                matrix.CopyRow(i, target);
            }

            Assert.Equal(w[(i * 45)..((i + 1) * 45)], row);
        }
    }

    public static TheoryData<int, int, int, int> StoredSizes()
    {
        var sizes = new TheoryData<int, int, int, int>();
        foreach (StoredType type in Enum.GetValues<StoredType>().Where(type => type != StoredType.F32 && StoredTypes.HoldsWeights(type)))
        {
            foreach ((int rows, int blocks, int outputs) in new[] { (1, 3, 70), (3, 1, 33), (13, 2, 64), (40, 3, 31) })
            {
                int values = StoredTypes.Block(type).Values;
                sizes.Add((int)type, rows, values == 1 ? (blocks * 137) + 5 : values == 32 ? ((blocks * 9) + 1) * 32 : blocks * 256, outputs);
            }
        }

        return sizes;
    }

    /// <summary>Whatever the type and the number of rows: the product with the decoded weights, as a new output and added.</summary>
    [Theory]
    [MemberData(nameof(StoredSizes))]
    public void Run_StoredType_IsTheProductWithTheDecodedWeights(int number, int rows, int inputs, int outputs)
    {
        var type = (StoredType)number;
        (int blockValues, int blockBytes) = StoredTypes.Block(type);
        byte[] bytes = new byte[outputs * (inputs / blockValues) * blockBytes];
        new Random(number).NextBytes(bytes);
        for (int i = 1; i < bytes.Length; i += 2)
        {
            bytes[i] = (byte)(bytes[i] & 0x3F); // Wherever halves lie at even places, they are finite.
        }

        for (int i = 0; type == StoredType.MXFP4 && i < bytes.Length; i += blockBytes)
        {
            bytes[i] = (byte)(100 + (bytes[i] % 50)); // 255 is no number.
        }

        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.File("m.gguf"), new GgufWriter().Tensor("w", [outputs, inputs], (uint)number, bytes).Write());
        using GgufFile file = GgufFile.Open(folder.File("m.gguf"));
        using WeightMatrix matrix = WeightMatrix.Load(file.Tensors[0]);
        Assert.Equal(0, matrix.OwnBytes);
        float[] w = new float[outputs * inputs], x = GeneratedNumbers.Create(1, (long)rows * inputs);
        using var pool = new WorkerPool(2);
        using var packed = new NativeFloats(RowTiles.Floats(rows, inputs));
        var tiles = new RowTiles(packed, rows, inputs);
        float[] first = new float[rows * outputs], second = GeneratedNumbers.Create(3, rows * outputs), start = [.. second];
        fixed (float* px = x, p1 = first, p2 = second, pw = w)
        {
            for (int output = 0; output < outputs; output++)
            {
                matrix.CopyRow(output, pw + (output * inputs));
            }

            RowPacking<PlainRows>.Run(pool, tiles, new PlainRows(px, inputs));
            var product = new MatrixProduct(tiles);
            product.Add(matrix, p1);
            product.Run(pool);
            var sum = new MatrixProduct(tiles, accumulate: true);
            sum.Add(matrix, p2);
            sum.Run(pool);
        }

        Assert.All(w, weight => Assert.True(float.IsFinite(weight)));
        for (int row = 0; row < rows; row++)
        {
            for (int output = 0; output < outputs; output++)
            {
                double expected = 0, sum = 0;
                for (int k = 0; k < inputs; k++)
                {
                    double term = (double)x[(row * inputs) + k] * w[(output * inputs) + k];
                    (expected, sum) = (expected + term, sum + Math.Abs(term));
                }

                int place = (row * outputs) + output;
                Assert.Equal(expected, first[place], (2e-6 * sum) + 1e-30);
                Assert.Equal(expected + start[place], second[place], (2e-6 * sum) + 1e-5);
            }
        }
    }

    private static WeightMatrix Pack(TemporaryFolder folder, float[] weights, int outputs, int inputs)
    {
        string file = folder.File("model.safetensors");
        File.WriteAllBytes(file, SafetensorsWriter.Write([("w", [outputs, inputs], weights)], "F32"));
        using var checkpoint = Checkpoint.Open(folder.Path);
        return WeightMatrix.Load(checkpoint.Require("w", outputs, inputs));
    }
}
