using KvCompose.Memory;
using KvCompose.Threading;

namespace KvCompose.Residency.Pages;

/// <summary>
/// Puts the prompt's tokens of a further layer into the pages that an index formed by the keys of its first layer: every token into the page and slot of the
/// token with the same position. Keeps its buffers between layers; one layer at a time.
/// </summary>
internal sealed unsafe class LayerFill : IDisposable
{
    private const int PageTokens = PageIndexSettings.PageTokens;

    private NativeFloats? _workerTiles;
    private int[] _positions = [];

    /// <summary>Fills the next layer of an index.</summary>
    /// <param name="index">Built from the first layer, and filled with those before.</param>
    /// <param name="source">Keys and values of this one; they are copied.</param>
    /// <param name="workers">Threads that help.</param>
    /// <returns>Whether the layer has the tokens that the pages hold, and no others; the index cannot be used where it has not.</returns>
    /// <exception cref="NonFiniteKeyException">A key is not finite.</exception>
    public bool TryFill(PageIndex index, in KeySource source, WorkerPool workers)
    {
        int tokens = source.Rows.Length;
        if (tokens != index.Tokens)
        {
            return false;
        }

        _workerTiles = NativeFloats.AtLeast(_workerTiles, (long)workers.Count * (PageTokens + 1) * index.HeadDim);
        _positions = new int[tokens];
        for (int i = 0; i < tokens; i++)
        {
            _positions[i] = source.Positions[source.Rows[i]];
        }

        using PageReader reader = index.Read();
        fixed (int* rows = source.Rows)
        {
            var work = new FillWork
            {
                Fill = this,
                Index = index,
                Pages = reader.Snapshot,
                Layer = index.LayersHeld,
                Rows = rows,
                KeyTiles = source.KeyTiles,
                Values = source.Values,
                ValueStride = source.ValueStride,
                Missing = new bool[workers.Count],
            };
            workers.Run(ref work, reader.Ids);
            if (work.Missing.Contains(true))
            {
                return false;
            }
        }

        index.LayersHeld++;
        return true;
    }

    public void Dispose() => _workerTiles?.Dispose();

    private struct FillWork : IParallelWork
    {
        public LayerFill Fill;
        public PageIndex Index;
        public PageSnapshot Pages;
        public int Layer;
        public int* Rows;
        public float* KeyTiles;
        public float* Values;
        public int ValueStride;
        public bool[] Missing;

        public readonly void Run(int item, int worker)
        {
            int headDim = Index.HeadDim, count = Pages.Counts[item];
            float* tile = Fill._workerTiles!.Pointer + ((nint)worker * (PageTokens + 1) * headDim), key = tile + (PageTokens * headDim);
            byte* page = Index.PageBlocks[Layer].Address(Pages.Pages[item].Block);
            int* positions = Index.Layout.PositionsOf(Index.PageBlocks[0].Address(Pages.Pages[item].Block));
            new Span<float>(tile, PageTokens * headDim).Clear();
            for (int slot = 0; slot < count; slot++)
            {
                int token = Fill._positions.AsSpan().BinarySearch(positions[slot]);
                if (token < 0)
                {
                    Missing[worker] = true;
                    return;
                }

                int row = Rows[token];
                KeyKernels.Gather(KeyTiles + ((nint)(row / PageTokens) * PageTokens * headDim), row % PageTokens, headDim, key);
                if (!float.IsFinite(KeyKernels.Dot(key, key, headDim)))
                {
                    throw PageIndex.NotFinite(key, headDim, positions[slot]);
                }

                KeyKernels.Scatter(key, headDim, tile, slot);
                Index.Layout.WriteValue(page, slot, Values + ((nint)row * ValueStride));
                Index.Layout.PositionsOf(page)[slot] = positions[slot];
            }

            Index.Layout.WriteKeys(page, tile);
            if (count > 0 && Index.PageBlocks[Layer].IsInFile(Pages.Pages[item].Block))
            {
                Index.File!.Seal(page, Index.OwnerOf(Layer), count);
            }
        }
    }
}
