using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using KvCompose.Numerics;
using KvCompose.Threading;

namespace KvCompose.Models.Mathematics;

/// <summary>What happens to a row on its way into <see cref="RowTiles"/>.</summary>
internal unsafe interface IRowSource
{
    /// <summary>A number of the whole row that <see cref="Copy"/> is given.</summary>
    float Prepare(int row);

    /// <summary>Writes elements first … first + count − 1 of the row.</summary>
    void Copy(int row, float prepared, int first, int count, float* target);
}

/// <summary>Fills row tiles; an item is one tile.</summary>
internal unsafe struct RowPacking<TSource>(RowTiles tiles, TSource source) : IParallelWork
    where TSource : struct, IRowSource
{
    private readonly RowTiles _tiles = tiles;
    private TSource _source = source;

    public static void Run(WorkerPool workers, RowTiles tiles, TSource source)
    {
        var work = new RowPacking<TSource>(tiles, source);
        workers.Run(ref work, tiles.Tiles);
    }

    public void Run(int item, int worker)
    {
        for (int place = 0; place < _tiles.TileRows; place++)
        {
            int row = (item * _tiles.TileRows) + place;
            float prepared = row < _tiles.Rows ? _source.Prepare(row) : 0;
            for (int block = 0; block < _tiles.Blocks; block++)
            {
                int first = block * TileProduct.DepthBlock;
                int count = Math.Min(TileProduct.DepthBlock, _tiles.Depth - first);
                float* target = _tiles.Block(item, block) + (place * TileProduct.DepthBlock);
                if (row < _tiles.Rows)
                {
                    _source.Copy(row, prepared, first, count, target);
                }
                else
                {
                    new Span<float>(target, count).Clear();
                }
            }
        }
    }
}

/// <summary>Rows as they are.</summary>
internal readonly unsafe struct PlainRows(float* rows, int width) : IRowSource
{
    private readonly float* _rows = rows;
    private readonly int _width = width;

    public float Prepare(int row) => 0;

    public void Copy(int row, float prepared, int first, int count, float* target)
        => new ReadOnlySpan<float>(_rows + ((nint)row * _width) + first, count).CopyTo(new Span<float>(target, count));
}

/// <summary>RMS normalisation (Zhang and Sennrich 2019): x · w / √(mean x² + ε).</summary>
internal readonly unsafe struct NormalisedRows(float* rows, int width, float* weights, float epsilon) : IRowSource
{
    private readonly float* _rows = rows;
    private readonly float* _weights = weights;
    private readonly int _width = width;
    private readonly float _epsilon = epsilon;

    public float Prepare(int row)
    {
        float squares = TensorPrimitives.SumOfSquares<float>(new ReadOnlySpan<float>(_rows + ((nint)row * _width), _width));
        return 1 / MathF.Sqrt((squares / _width) + _epsilon);
    }

    public void Copy(int row, float prepared, int first, int count, float* target)
        => RowKernels.ScaleByWeights(_rows + ((nint)row * _width) + first, prepared, _weights + first, target, count);
}

/// <summary>silu(gate) · up, the middle of the feed-forward block (Shazeer 2020).</summary>
internal readonly unsafe struct GatedRows(float* gate, float* up, int width) : IRowSource
{
    private readonly float* _gate = gate;
    private readonly float* _up = up;
    private readonly int _width = width;

    public float Prepare(int row) => 0;

    public void Copy(int row, float prepared, int first, int count, float* target)
    {
        nint at = ((nint)row * _width) + first;
        RowKernels.Gate(_gate + at, _up + at, target, count);
    }
}
