using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using KvCompose.Models.Files;
using KvCompose.Models.Kernels.Products;
using KvCompose.Numerics;

namespace KvCompose.Models.Kernels;

/// <summary>A weight matrix as the file has it, row after row.</summary>
internal sealed unsafe class StoredMatrix : WeightMatrix
{
    private readonly byte* _rows;
    private readonly int _blockValues;
    private readonly int _blockBytes;

    public StoredMatrix(StoredTensor tensor, int firstRow, int rows, int inputs)
        : this(tensor, firstRow, rows, inputs, StoredKernel.BestWidth)
    {
    }

    /// <summary>A matrix that is multiplied in vectors of so many bits.</summary>
    public StoredMatrix(StoredTensor tensor, int firstRow, int rows, int inputs, int width)
        : base(rows, inputs)
    {
        (_blockValues, _blockBytes) = StoredTypes.Block(tensor.Type);
        Kernel = StoredKernel.For(tensor.Type, width);
        RowBytes = inputs / _blockValues * _blockBytes;
        _rows = tensor.Data + ((long)firstRow * RowBytes);
    }

    public StoredKernel Kernel { get; }

    public long RowBytes { get; }

    public override long OwnBytes => 0;

    public byte* Row(int output) => _rows + (output * RowBytes);

    public override void CopyRow(int output, float* target) => Kernel.Decode(Row(output), Inputs, target);

    /// <summary>
    /// Products of some outputs with all rows, of which there are few: one, or a tile of four or eight.
    /// </summary>
    /// <param name="first">The first output.</param>
    /// <param name="count">How many.</param>
    /// <param name="rows">The activations.</param>
    /// <param name="target">Receives the products of the first row with all outputs of this matrix; the next rows follow.</param>
    /// <param name="accumulate">Whether they are added.</param>
    public void Multiply(int first, int count, RowTiles rows, float* target, bool accumulate)
    {
        for (int row = 0; row < rows.Rows; row += 4)
        {
            var call = new RowProduct
            {
                Weights = Row(first),
                RowBytes = (nint)RowBytes,
                GroupBytes = TileProduct.DepthBlock / _blockValues * _blockBytes,
                Outputs = count,
                Depth = Inputs,
                Numbers = rows.Block(0, 0) + (row * TileProduct.DepthBlock),
                Step = rows.TileRows * TileProduct.DepthBlock,
                Rows = rows.Rows - row,
                Target = target + ((nint)row * Outputs) + first,
                Stride = Outputs,
                Accumulate = accumulate,
            };
            Kernel.Multiply(call, four: rows.TileRows > 1);
        }
    }

    /// <summary>
    /// Decodes a block of depths of the 32 outputs of a panel into [depth, 32], the order of <see cref="PackedMatrix"/>. Outputs
    /// behind the last are zero.
    /// </summary>
    /// <param name="panel">Which panel.</param>
    /// <param name="start">The first depth, a multiple of 256.</param>
    /// <param name="depth">How many, at most 256.</param>
    /// <param name="rows">Scratch for 8 × 256 floats.</param>
    /// <param name="target">Receives 32 · depth floats.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void DecodePanel(int panel, int start, int depth, float* rows, float* target)
    {
        int first = panel * TileProduct.Columns, count = Math.Min(TileProduct.Columns, Outputs - first);
        byte* source = Row(first) + (start / _blockValues * _blockBytes);
        for (int column = 0; column < TileProduct.Columns; column += 8)
        {
            for (int row = 0; row < 8; row++)
            {
                float* decoded = rows + (row * TileProduct.DepthBlock);
                if (column + row < count)
                {
                    Kernel.Decode(source + ((column + row) * RowBytes), depth, decoded);
                }
                else
                {
                    new Span<float>(decoded, depth).Clear();
                }
            }

            Transpose(rows, depth, target + column);
        }
    }

    /// <summary>Eight rows, 256 floats apart, into eight neighbouring columns of rows of 32.</summary>
    private static void Transpose(float* rows, int depth, float* target)
    {
        int k = 0;
        for (; k <= depth - 8; k += 8)
        {
            Transpose8(rows + k, target + (k * TileProduct.Columns));
        }

        for (; k < depth; k++)
        {
            for (int row = 0; row < 8; row++)
            {
                target[(k * TileProduct.Columns) + row] = rows[(row * TileProduct.DepthBlock) + k];
            }
        }
    }

    private static void Transpose8(float* source, float* target)
    {
        const int Step = TileProduct.DepthBlock;
        for (int half = 0; half < 8; half += 4)
        {
            // Four columns of eight rows: two 4 × 4 transpositions side by side.
            for (int rows = 0; rows < 8; rows += 4)
            {
                float* block = source + (rows * Step) + half;
                Vector128<float> a = Vector128.Load(block), b = Vector128.Load(block + Step);
                Vector128<float> c = Vector128.Load(block + (2 * Step)), d = Vector128.Load(block + (3 * Step));
                (Vector128<float> ab0, Vector128<float> ab1) = Zip(a, b);
                (Vector128<float> cd0, Vector128<float> cd1) = Zip(c, d);
                float* to = target + (half * TileProduct.Columns) + rows;
                Low(ab0, cd0).Store(to);
                High(ab0, cd0).Store(to + TileProduct.Columns);
                Low(ab1, cd1).Store(to + (2 * TileProduct.Columns));
                High(ab1, cd1).Store(to + (3 * TileProduct.Columns));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector128<float> Low, Vector128<float> High) Zip(Vector128<float> a, Vector128<float> b)
    {
        if (Sse.IsSupported)
        {
            return (Sse.UnpackLow(a, b), Sse.UnpackHigh(a, b));
        }

        return (Vector128.Create(a[0], b[0], a[1], b[1]), Vector128.Create(a[2], b[2], a[3], b[3]));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Low(Vector128<float> a, Vector128<float> b) => Vector128.Create(a.GetLower(), b.GetLower());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> High(Vector128<float> a, Vector128<float> b) => Vector128.Create(a.GetUpper(), b.GetUpper());
}
