using System.Runtime.CompilerServices;
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

    public override void CopyPart(int output, int first, int count, float* target, float* scratch)
    {
        if (first % _blockValues == 0 && count % _blockValues == 0)
        {
            Kernel.Decode(Row(output) + (first / _blockValues * _blockBytes), count, target);
        }
        else
        {
            base.CopyPart(output, first, count, target, scratch);
        }
    }

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
    /// after the last are zero.
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

            Transposition.Run(rows, depth, target + column);
        }
    }
}
