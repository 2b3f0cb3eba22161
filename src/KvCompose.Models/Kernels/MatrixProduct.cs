using System.Runtime.CompilerServices;
using KvCompose.Numerics;
using KvCompose.Threading;

namespace KvCompose.Models.Kernels;

/// <summary>
/// Up to three products of the same rows, in one dispatch: output = rows · weightsᵀ, or += . An item is a block of row tiles
/// times a range of panels, small enough that all threads have work and the tiles stay in the second-level cache.
/// </summary>
internal unsafe struct MatrixProduct : IParallelWork
{
    private const int TilesPerBlock = 32; // A panel of weights is decoded once for so many tiles.
    private const int PanelsPerItem = 4; // Of several rows: their outputs stay in cache from one block of depths to the next.
    private const int ItemsPerThread = 4;
    private const long SerialWork = 1 << 17; // Multiplications below which a second thread costs more than it brings.

    private readonly RowTiles _rows;
    private readonly bool _accumulate;
    private Target _first;
    private Target _second;
    private Target _third;
    private int _panels;
    private int _panelsPerItem;
    private int _ranges;

    public MatrixProduct(RowTiles rows, bool accumulate = false)
    {
        _rows = rows;
        _accumulate = accumulate;
    }

    /// <summary>Adds one product; output is row-major with as many columns as the matrix has outputs.</summary>
    public void Add(WeightMatrix matrix, float* output)
    {
        var target = new Target
        {
            Matrix = matrix,
            Weights = matrix is PackedMatrix packed ? packed.Panel(0) : null,
            Output = output,
            Columns = matrix.Outputs,
            FirstPanel = _panels,
        };
        if (_panels == 0)
        {
            _first = target;
        }
        else if (_second.Matrix is null)
        {
            _second = target;
        }
        else
        {
            _third = target;
        }

        _panels += matrix.Panels;
    }

    public void Run(WorkerPool workers)
    {
        int rowBlocks = (_rows.Tiles + TilesPerBlock - 1) / TilesPerBlock;
        long work = (long)_rows.Tiles * _rows.TileRows * _rows.Depth * _panels * TileProduct.Columns;
        int wanted = work <= SerialWork ? 1 : ItemsPerThread * workers.Count;
        _panelsPerItem = (int)Math.Max(1, (long)_panels * rowBlocks / wanted);
        _panelsPerItem = Math.Min(_panelsPerItem, _rows.TileRows == TileProduct.MaxRows ? PanelsPerItem : _panels);
        _ranges = (_panels + _panelsPerItem - 1) / _panelsPerItem;
        workers.Run(ref this, rowBlocks * _ranges);
    }

    public readonly void Run(int item, int worker)
    {
        int firstTile = item / _ranges * TilesPerBlock;
        int lastTile = Math.Min(firstTile + TilesPerBlock, _rows.Tiles);
        int firstPanel = item % _ranges * _panelsPerItem;
        int lastPanel = Math.Min(firstPanel + _panelsPerItem, _panels);
        if (_rows.TileRows < TileProduct.MaxRows)
        {
            MultiplyFew(_first, firstPanel, lastPanel);
            MultiplyFew(_second, firstPanel, lastPanel);
            MultiplyFew(_third, firstPanel, lastPanel);
            return;
        }

        for (int block = 0; block < _rows.Blocks; block++)
        {
            for (int panel = firstPanel; panel < lastPanel; panel++)
            {
                Target target = panel >= _third.FirstPanel && _third.Matrix is not null ? _third
                    : panel >= _second.FirstPanel && _second.Matrix is not null ? _second : _first;
                if (target.Weights is not null)
                {
                    MultiplyPacked(target, panel - target.FirstPanel, block, firstTile, lastTile);
                }
                else
                {
                    DecodeAndMultiply(target, panel - target.FirstPanel, block, firstTile, lastTile);
                }
            }
        }
    }

    /// <summary>One tile of few rows, and the panels of one matrix that lie in a range.</summary>
    private readonly void MultiplyFew(Target target, int firstPanel, int lastPanel)
    {
        if (target.Matrix is not { } matrix)
        {
            return;
        }

        int first = Math.Max(firstPanel - target.FirstPanel, 0), last = Math.Min(lastPanel - target.FirstPanel, matrix.Panels);
        int step = _rows.TileRows <= 4 ? matrix.Panels : 1; // Weights that are read twice stay in cache.
        for (int panel = first; panel < last && matrix is StoredMatrix stored; panel += step)
        {
            int output = panel * TileProduct.Columns;
            int end = Math.Min(Math.Min(panel + step, last) * TileProduct.Columns, matrix.Outputs);
            stored.Multiply(output, end - output, _rows, target.Output, _accumulate);
        }

        // A single row has no blocks: its depths are contiguous.
        int blocks = _rows.TileRows == 1 ? 1 : _rows.Blocks;
        for (int panel = first; panel < last && target.Weights is not null; panel++)
        {
            for (int block = 0; block < blocks; block++)
            {
                MultiplyPacked(target, panel, block, 0, 1);
            }
        }
    }

    private readonly void MultiplyPacked(Target target, int panel, int block, int firstTile, int lastTile)
    {
        nint depth = ((nint)panel * _rows.Depth) + (block * TileProduct.DepthBlock);
        MultiplyPanel(target, panel, target.Weights + (depth * TileProduct.Columns), block, firstTile, lastTile);
    }

    /// <summary>Several rows: the panel is decoded once for all of them.</summary>
    [SkipLocalsInit]
    private readonly void DecodeAndMultiply(Target target, int panel, int block, int firstTile, int lastTile)
    {
        float* decoded = stackalloc float[TileProduct.DepthBlock * (TileProduct.Columns + 8)];
        float* weights = decoded + (8 * TileProduct.DepthBlock);
        int start = block * TileProduct.DepthBlock;
        ((StoredMatrix)target.Matrix!).DecodePanel(
            panel, start, Math.Min(TileProduct.DepthBlock, _rows.Depth - start), decoded, weights);
        MultiplyPanel(target, panel, weights, block, firstTile, lastTile);
    }

    private readonly void MultiplyPanel(Target target, int panel, float* weights, int block, int firstTile, int lastTile)
    {
        int start = block * TileProduct.DepthBlock;
        int depth = _rows.TileRows == 1 ? _rows.Depth : Math.Min(TileProduct.DepthBlock, _rows.Depth - start);
        int column = panel * TileProduct.Columns;
        int columns = Math.Min(TileProduct.Columns, target.Columns - column);
        bool accumulate = _accumulate || block > 0;
        for (int tile = firstTile; tile < lastTile; tile++)
        {
            int row = tile * _rows.TileRows;
            int rows = Math.Min(_rows.TileRows, _rows.Rows - row);
            float* output = target.Output + ((nint)row * target.Columns) + column;
            float* activations = _rows.Block(tile, block);
            if (rows == _rows.TileRows && columns == TileProduct.Columns)
            {
                TileProduct.Multiply(
                    rows, activations, weights, TileProduct.Lanes, TileProduct.Columns, depth, output, target.Columns, accumulate);
            }
            else
            {
                MultiplyEdge(activations, weights, depth, rows, columns, output, target.Columns, accumulate);
            }
        }
    }

    private readonly void MultiplyEdge(
        float* activations, float* weights, int depth, int rows, int columns, float* output, nint stride, bool accumulate)
    {
        float* whole = stackalloc float[TileProduct.MaxRows * TileProduct.Columns];
        TileProduct.Multiply(
            _rows.TileRows, activations, weights, TileProduct.Lanes, TileProduct.Columns, depth, whole, TileProduct.Columns,
            accumulate: false);
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++)
            {
                float value = whole[(row * TileProduct.Columns) + column];
                float* place = output + (row * stride) + column;
                *place = accumulate ? *place + value : value;
            }
        }
    }

    private struct Target
    {
        public WeightMatrix? Matrix;
        public float* Weights; // Of a packed matrix.
        public float* Output;
        public int Columns;
        public int FirstPanel;
    }
}
