using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using KvCompose.Cache;
using KvCompose.Memory;

namespace KvCompose.Residency.Pages;

/// <summary>Moves tokens between host pages and resident pages. Pages that are stored alike on both sides are copied as they are.</summary>
internal sealed unsafe class PageTransfer : IDisposable
{
    private const int PageTokens = PageIndexSettings.PageTokens;

    private readonly TierContext _context;
    private readonly HostPageLayout _host;
    private readonly bool _alike;
    private readonly NativeFloats _scratch;

    public PageTransfer(in TierContext context, HostPageFormat format)
    {
        _context = context;
        _host = new HostPageLayout(context.Shape.HeadDim, format);
        _alike = context.Writer.HostFormat == format;
        _scratch = new NativeFloats((PrefetchWorker + 1L) * ScratchFloats);
    }

    /// <summary>Bytes of a token's key and value where they are resident.</summary>
    public int TokenBytes => 2 * _context.Shape.HeadDim * _context.Pool.Layout.ElementBits / 8;

    // Keys and values of a page, a key, and positions.
    private int ScratchFloats => (2 * PageTokens * _context.Shape.HeadDim) + _context.Shape.HeadDim + PageTokens;

    private static ReadOnlySpan<int> Places => [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

    /// <summary>Bytes of a resident page.</summary>
    public int PageBytes => _context.Pool.Layout.PageBytes;

    /// <summary>The thread that is none of the session's, as <see cref="Copy"/> knows it.</summary>
    public int PrefetchWorker => _context.Workers.Count;

    /// <summary>Copies keys, values and positions of a host page in the form of a resident page.</summary>
    /// <param name="reader">The host pages.</param>
    /// <param name="layer">The layer's place among those that share them.</param>
    /// <param name="hostPage">The host page.</param>
    /// <param name="target">A resident page, whose count is set already, or room for one.</param>
    /// <param name="worker">The thread.</param>
    /// <exception cref="PageFileException">The page comes from a file, which does not hold what was written.</exception>
    public void Copy(in PageReader reader, int layer, int hostPage, byte* target, int worker)
    {
        reader.Verify(hostPage, layer);
        byte* source = reader.Block(hostPage, layer);
        PageLayout layout = _context.Pool.Layout;
        int count = reader.Count(hostPage);
        if (_alike)
        {
            Unsafe.CopyBlock(target, source, (uint)layout.ValueOffset);
            Unsafe.CopyBlock(target + layout.ValueOffset, source + _host.Values, (uint)layout.ValueOffset);
            Unsafe.CopyBlock(target + layout.PositionOffset, source + _host.Positions, PageTokens * sizeof(int));
            return;
        }

        float* tile = Scratch(worker), value = tile + (PageTokens * _host.HeadDim);
        _host.ReadKeys(source, tile);
        for (int slot = 0; slot < count; slot++)
        {
            for (int element = 0; element < _host.HeadDim; element += PageTokens)
            {
                _host.ValueElements(source, slot, element).Store(value + element);
            }

            _context.Writer.Write(target, slot, tile + slot, PageTokens, value, _host.PositionsOf(source)[slot]);
        }
    }

    /// <summary>Takes the tokens of full resident pages into an index. Where they cannot be taken they stay resident.</summary>
    /// <param name="index">The index.</param>
    /// <param name="pages">The same tokens' resident page in every layer that shares the index.</param>
    /// <param name="worker">The thread.</param>
    /// <returns>Whether the index has them.</returns>
    public bool TryInsert(PageIndex index, ReadOnlySpan<int> pages, int worker)
    {
        try
        {
            for (int layer = pages.Length - 1; layer > 0; layer--)
            {
                index.Stage(layer, Read(pages[layer], worker));
            }

            index.Insert(Read(pages[0], worker));
            return true;
        }
        catch (Exception problem) when (problem is HostTierFullException or NonFiniteKeyException or PageFileException)
        {
            return false;
        }
    }

    /// <summary>Puts tokens that left into resident pages of their head again.</summary>
    public void MakeResident(SequenceCache cache, int layer, int head, in KeySource source)
    {
        int headDim = _host.HeadDim;
        PageTable* table = cache.Layer(layer) + head;
        for (int first = 0; first < source.Rows.Length; first += PageTokens)
        {
            int count = Math.Min(PageTokens, source.Rows.Length - first);
            byte* page = _context.Pool.Address(cache.InsertPage(layer, head, table->PageCount - 1, count));
            for (int place = 0; place < count; place++)
            {
                int row = source.Rows[first + place];
                float* key = source.KeyTiles + ((nint)(row / PageTokens) * PageTokens * headDim) + (row % PageTokens);
                _context.Writer.Write(page, place, key, PageTokens, source.Values + ((nint)row * source.ValueStride), source.Positions[row]);
            }
        }
    }

    public void Dispose() => _scratch.Dispose();

    // A full resident page as an index takes it in; valid until the thread reads the next one.
    private KeySource Read(int page, int worker)
    {
        int headDim = _host.HeadDim;
        float* tile = Scratch(worker), values = tile + (PageTokens * headDim), key = values + (PageTokens * headDim);
        int* positions = (int*)(key + headDim);
        for (int place = 0; place < PageTokens; place++)
        {
            positions[place] = _context.Writer.Read(_context.Pool.Address(page), place, key, values + (place * headDim));
            KeyKernels.Scatter(key, headDim, tile, place);
        }

        return new KeySource
        {
            KeyTiles = tile,
            Values = values,
            ValueStride = headDim,
            Rows = Places,
            Positions = new ReadOnlySpan<int>(positions, PageTokens),
        };
    }

    private float* Scratch(int worker) => _scratch.Pointer + ((nint)worker * ScratchFloats);
}
