using KvCompose.Numerics;
using KvCompose.Threading;

namespace KvCompose.Models.Kernels;

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
            RowStatistics statistics = row < _tiles.Rows ? _source.Prepare(row) : default;
            for (int block = 0; block < _tiles.Blocks; block++)
            {
                int first = block * TileProduct.DepthBlock;
                int count = Math.Min(TileProduct.DepthBlock, _tiles.Depth - first);
                float* target = _tiles.Block(item, block) + (place * TileProduct.DepthBlock);
                if (row < _tiles.Rows)
                {
                    _source.Copy(row, statistics, first, count, target);
                }
                else
                {
                    new Span<float>(target, count).Clear();
                }
            }
        }
    }
}
