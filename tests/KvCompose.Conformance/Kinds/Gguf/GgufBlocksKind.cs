using System.Text.Json;
using KvCompose.Conformance.Comparing;
using KvCompose.Conformance.Reading;
using KvCompose.Conformance.Running;
using KvCompose.Memory;
using KvCompose.Models.Files;
using KvCompose.Models.Kernels;
using KvCompose.Models.Kernels.Products;
using KvCompose.Numerics;

namespace KvCompose.Conformance.Kinds.Gguf;

/// <summary>Blocks of one stored type: every decoded number to the bit, and products of rows.</summary>
public sealed class GgufBlocksKind : FolderKind
{
    private const double Relative = 2e-6; // Of Σ|w·x|: what float32 sums are allowed.

    /// <inheritdoc/>
    public override string Name => "gguf.blocks";

    /// <inheritdoc/>
    protected override void Check(JsonElement @case, string folder)
    {
        var type = Enum.Parse<StoredType>(@case.Text("type"));
        Expect.Equal(@case.Int("type_id"), (int)type, "type_id");
        int rows = @case.Int("rows"), values = @case.Int("row_values");
        byte[] raw = Convert.FromBase64String(@case.Field("raw").Text("u8"));
        (int blockValues, int blockBytes) = StoredTypes.Block(type);
        int rowBytes = values / blockValues * blockBytes;
        Expect.Equal(rows * rowBytes, raw.Length, "bytes of raw");
        if (@case.Text("kind") == "gguf.dequantize")
        {
            Expect.Equal(@case.Int("block_values"), blockValues, "block_values");
            Expect.Equal(@case.Int("block_bytes"), blockBytes, "block_bytes");
            CompareBits(@case.Tensor("expected").Data, Decode(type, raw, rows * values), @case.Flag("nan_equal", false));
            return;
        }

        Expect.Equal("gguf.dot", @case.Text("kind"), "kind");
        CompareProducts(@case, type, raw, rowBytes, values);
    }

    private static unsafe float[] Decode(StoredType type, byte[] raw, int values)
    {
        var decoded = new float[values];
        fixed (byte* source = raw)
        fixed (float* target = decoded)
        {
            StoredKernel.For(type).Decode(source, values, target);
        }

        return decoded;
    }

    private static void CompareBits(float[] expected, float[] actual, bool nanEqual)
    {
        Expect.Equal(expected.Length, actual.Length, "values");
        for (int i = 0; i < expected.Length; i++)
        {
            bool bothNaN = nanEqual && float.IsNaN(expected[i]) && float.IsNaN(actual[i]);
            Expect.True(
                bothNaN || BitConverter.SingleToUInt32Bits(expected[i]) == BitConverter.SingleToUInt32Bits(actual[i]),
                $"value {i}: expected {expected[i]:R}, got {actual[i]:R}");
        }
    }

    private static unsafe void CompareProducts(JsonElement @case, StoredType type, byte[] raw, int rowBytes, int values)
    {
        float[] x = @case.Tensor("x").Data;
        double[] expected = @case.Numbers("y"), sums = @case.Numbers("abs_sum");
        float[] products = new float[expected.Length];
        StoredKernel kernel = StoredKernel.For(type);
        using var memory = new NativeFloats(RowTiles.Floats(1, values));
        var rows = new RowTiles(memory, 1, values);
        fixed (byte* source = raw)
        fixed (float* inputs = x, target = products)
        {
            var packing = new RowPacking<PlainRows>(rows, new PlainRows(inputs, values));
            packing.Run(0, 0);
            (int blockValues, int blockBytes) = StoredTypes.Block(type);
            var call = new RowProduct
            {
                Weights = source,
                RowBytes = rowBytes,
                GroupBytes = TileProduct.DepthBlock / blockValues * blockBytes,
                Outputs = expected.Length,
                Depth = values,
                Numbers = rows.Block(0, 0),
                Step = TileProduct.DepthBlock,
                Rows = 1,
                Target = target,
                Stride = expected.Length,
                Accumulate = false,
            };
            kernel.Multiply(call, four: false);
        }

        for (int row = 0; row < expected.Length; row++)
        {
            Expect.Close(expected[row], products[row], 0, Relative * sums[row], $"y[{row}]");
        }
    }
}
