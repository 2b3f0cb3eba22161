using KvCompose.Cache;
using KvCompose.Threading;

namespace KvCompose.Residency.Pages;

/// <summary>
/// The pages that one layer is to receive, of all its heads together: copied in one go, page by page on whichever thread is free, so that a head that misses
/// many pages does not keep the others waiting.
/// </summary>
/// <param name="transfer">Copies a page.</param>
/// <param name="pool">The resident pages.</param>
/// <param name="workers">The session's threads.</param>
internal sealed unsafe class BulkTransfer(PageTransfer transfer, PagePool pool, WorkerPool workers)
{
    private readonly List<PageReader> _readers = [];
    private readonly List<Move> _moves = [];

    /// <summary>Begins reading an index, until <see cref="Clear"/>.</summary>
    public PageReader Read(PageIndex index)
    {
        _readers.Add(index.Read());
        return _readers[^1];
    }

    /// <summary>Lists a page.</summary>
    /// <param name="reader">From <see cref="Read"/>.</param>
    /// <param name="layer">The layer's place among those that share the index.</param>
    /// <param name="hostPage">The host page.</param>
    /// <param name="page">The resident page that receives its tokens; its count is set already.</param>
    /// <param name="arrived">Where the tokens are as a resident page has them, or null.</param>
    public void Add(in PageReader reader, int layer, int hostPage, int page, byte* arrived)
        => _moves.Add(new Move(reader, layer, hostPage, page, (nint)arrived));

    /// <summary>Copies what was listed.</summary>
    /// <exception cref="PageFileException">A page comes from a file, which does not hold what was written.</exception>
    public void Run()
    {
        var work = new MoveWork { Bulk = this };
        workers.Run(ref work, _moves.Count);
    }

    /// <summary>Begins again.</summary>
    public void Clear()
    {
        _moves.Clear();
        foreach (PageReader reader in _readers)
        {
            reader.Dispose();
        }

        _readers.Clear();
    }

    private void Copy(int item, int worker)
    {
        Move move = _moves[item];
        byte* target = pool.Address(move.Page);
        if (move.Arrived == 0)
        {
            transfer.Copy(move.Reader, move.Layer, move.HostPage, target, worker);
            return;
        }

        // Positions are the last of what a transfer writes.
        int bytes = pool.Layout.PositionOffset + (pool.Layout.PageTokens * sizeof(int));
        Buffer.MemoryCopy((void*)move.Arrived, target, bytes, bytes);
    }

    private readonly record struct Move(PageReader Reader, int Layer, int HostPage, int Page, nint Arrived);

    private struct MoveWork : IParallelWork
    {
        public BulkTransfer Bulk;

        public readonly void Run(int item, int worker) => Bulk.Copy(item, worker);
    }
}
