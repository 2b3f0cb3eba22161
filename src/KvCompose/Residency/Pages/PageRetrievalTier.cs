using System.ComponentModel;
using KvCompose.Cache;
using KvCompose.Memory;
using KvCompose.Residency.PageFiles;

namespace KvCompose.Residency.Pages;

/// <summary>
/// Keeps what a selection leaves out in host pages, and brings the pages in that a step's queries ask for: before the attention of a layer, every
/// key-value head chooses pages for the queries of its group, and those that are not resident are copied, all of a layer in one go; chosen pages that are
/// resident stay where they are. Decoded and appended tokens that leave the window enter the index page by page, before the step's choice, so no step sees a token twice
/// or not at all. Layers of a reuse group take over pages and choice of the group's first one.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed unsafe partial class PageRetrievalTier : ICascadeTier
{
    private const int PageTokens = PageIndexSettings.PageTokens;

    private readonly TierContext _context;
    private readonly PageRetrievalSettings _settings;
    private readonly HostMemory _memory;
    private readonly PageFile? _file;
    private readonly PageIndexBuilder _builder;
    private readonly LayerFill _fill = new();
    private readonly PageTransfer _transfer;
    private readonly BulkTransfer _bulk;
    private readonly PagePrefetch? _prefetch;
    private readonly PageChooser _chooser;
    private readonly RecencyWindowEviction _leave;
    private readonly PagedHead[,,] _heads;
    private readonly List<int> _pages = [];
    private readonly List<PagedHeadRef> _parts = [];
    private long _retrievals;
    private long _tokensMoved;
    private long _pagesMoved;
    private long _pagesChosen;
    private long _pagesPrefetched;

    /// <summary>Opens the tier of a session.</summary>
    /// <param name="context">What it is opened with.</param>
    /// <param name="settings">What it does.</param>
    /// <exception cref="StageOptionException">The pipeline's pages do not hold 16 tokens, or no layer would retrieve pages.</exception>
    public PageRetrievalTier(in TierContext context, PageRetrievalSettings settings)
    {
        if (context.Pool.Layout.PageTokens != PageTokens)
        {
            throw new StageOptionException(
                context.Pipeline, nameof(KvPipelineAttribute.PageTokens), $"{context.Pool.Layout.PageTokens}", $"{PageTokens}: host pages are brought in whole");
        }

        TransformerShape shape = context.Shape;
        if (settings.DenseLayers >= shape.Layers)
        {
            throw new StageOptionException(
                context.Pipeline, nameof(PageRetrievalSettings.DenseLayers), $"{settings.DenseLayers}",
                $"below the model's {shape.Layers} layers: else no layer retrieves pages");
        }

        _context = context;
        _settings = settings;
        _memory = new HostMemory(settings.LimitBytes);
        _builder = new PageIndexBuilder(shape.HeadDim);
        if (settings.DiskBytes > 0)
        {
            string name = $"{context.Pipeline}-{Environment.ProcessId}-{Guid.NewGuid():N}.kvpages";
            _file = new PageFile(Path.Combine(context.PageFolder ?? Path.GetTempPath(), name), shape.HeadDim, settings.Format, settings.DiskBytes);
        }

        _transfer = new PageTransfer(context, settings.Format);
        _bulk = new BulkTransfer(_transfer, context.Pool, context.Workers);
        _prefetch = settings.Prefetch ? new PagePrefetch(context.Pipeline, _transfer, _memory) : null;
        _chooser = new PageChooser(context, settings);
        _heads = new PagedHead[context.Caches.Count, shape.Layers, shape.KeyValueHeads];
        _leave = new RecencyWindowEviction(context, settings, _transfer, _heads);
        for (int i = 0; i < _heads.Length; i++)
        {
            int layer = i / shape.KeyValueHeads % shape.Layers;
            _heads[i / (shape.Layers * shape.KeyValueHeads), layer, i % shape.KeyValueHeads] = new PagedHead();
        }
    }

    /// <inheritdoc/>
    public TierUsage Usage => new(_memory.HeldBytes + (_file?.Digests.HeldBytes ?? 0), _file?.LengthBytes ?? 0, _retrievals, _tokensMoved, _tokensMoved * _transfer.TokenBytes)
    {
        PagesChosen = _pagesChosen,
        PagesMoved = _pagesMoved,
        PagesPrefetched = _pagesPrefetched,
        BestTokens = _chooser.BestTokens,
        BestTokensHeld = _chooser.BestTokensHeld,
    };

    /// <inheritdoc/>
    /// <exception cref="PageFileException">The page file was cut short, or a page is not what was written.</exception>
    public void FetchBeforeAttention(in DecodeStep step)
    {
        ListParts(step.Sequences, step.Layer);
        if (_parts.Count == 0)
        {
            return;
        }

        _file?.RequireWhole();
        if (_settings.PlaceInGroup(step.Layer) == 0)
        {
            _leave.Run(_parts, coming: 0);
            _chooser.Choose(_parts, step.Queries);
            _retrievals += _parts.Count;
        }

        _chooser.Measure(_parts, step.Queries);
        try
        {
            RequireRoom();
            _prefetch?.Wait();
            foreach (PagedHeadRef part in _parts)
            {
                Exchange(part);
            }

            _bulk.Run();
        }
        finally
        {
            _bulk.Clear();
            _prefetch?.Forget();
        }

        PrefetchNext(step);
    }

    /// <inheritdoc/>
    /// <exception cref="PageFileException">The page file was cut short, or a page is not what was written.</exception>
    public void FetchBeforeChunk(in DecodeStep step) => FetchBeforeAttention(in step);

    /// <inheritdoc/>
    /// <remarks>
    /// Pages leave the windows first: how the pages of an index are filled is known then, and with it how many of them fit the budget at most.
    /// </remarks>
    public void RequireRoom(ReadOnlySpan<int> sequences)
    {
        _file?.RequireWhole();
        long added = 0;
        for (int layer = 0; layer < _context.Shape.Layers; layer++)
        {
            ListParts(sequences, layer);
            if (_settings.PlaceInGroup(layer) == 0)
            {
                _leave.Run(_parts, coming: 1);
            }

            foreach (PagedHeadRef part in _parts)
            {
                using PageReader reader = part.Paged.Index!.Read();
                added += Math.Max(0, reader.Snapshot.MostPages(_settings.Tokens) - part.Paged.Slots);
            }
        }

        _context.Pool.RequireRoom(added * _context.Pool.Layout.PageBytes);
    }

    /// <inheritdoc/>
    public void OnAttention(in DecodeStep step)
    {
    }

    /// <inheritdoc/>
    public void Clear(int sequence)
    {
        _prefetch?.Forget();
        for (int layer = 0; layer < _context.Shape.Layers; layer++)
        {
            for (int head = 0; head < _context.Shape.KeyValueHeads; head++)
            {
                _heads[sequence, layer, head].Dispose();
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _prefetch?.Dispose();
        foreach (PagedHead head in _heads)
        {
            head.Dispose();
        }

        _chooser.Dispose();
        _builder.Dispose();
        _fill.Dispose();
        _transfer.Dispose();
        _file?.Dispose();
    }

    // The heads of a layer that have an index.
    private void ListParts(ReadOnlySpan<int> sequences, int layer)
    {
        _parts.Clear();
        for (int row = 0; row < sequences.Length; row++)
        {
            int sequence = sequences[row];
            for (int head = 0; head < _context.Shape.KeyValueHeads; head++)
            {
                PagedHead paged = _heads[sequence, layer, head];
                if (paged.Index is not null)
                {
                    _parts.Add(new PagedHeadRef(paged, _context.Caches[sequence], sequence, row, layer, head));
                }
            }
        }
    }

    // All pages that the layer adds fit under the limit, or nothing of the layer is changed.
    private void RequireRoom()
    {
        long added = 0;
        foreach (PagedHeadRef part in _parts)
        {
            added += Math.Max(0, part.Paged.ChosenCount - part.Paged.Slots);
        }

        _context.Pool.RequireRoom(added * _context.Pool.Layout.PageBytes);
    }

    // Makes the table fit the choice, and lists what its pages are to hold.
    private void Exchange(PagedHeadRef part)
    {
        PagedHead paged = part.Paged;
        PageTable* table = part.Table;
        PageReader reader = _bulk.Read(paged.Index!);
        paged.Compare(reader, _pages);
        foreach (int slot in paged.Loads)
        {
            int tokens = reader.Count(paged.PageOf(slot));
            _tokensMoved += tokens;
            if (slot >= paged.Slots)
            {
                part.Cache.InsertPage(part.Layer, part.Head, paged.PlaceOf(slot), tokens);
                paged.Added();
                continue;
            }

            int* count = part.Cache.CountAt(table->Pages[paged.PlaceOf(slot)]);
            table->Tokens += tokens - *count;
            *count = tokens;
        }

        foreach (int slot in _pages)
        {
            part.Cache.RemovePage(part.Layer, part.Head, paged.PlaceOf(slot));
            paged.Removed(slot);
        }

        foreach (int slot in paged.Loads)
        {
            // A slot that a removal moved would have been kept or removed itself: loads fill the slots before the surplus.
            byte* arrived = _prefetch is null ? null : _prefetch.Take(part, paged.PageOf(slot));
            _pagesPrefetched += arrived is null ? 0 : 1;
            _bulk.Add(reader, paged.Place, paged.PageOf(slot), table->Pages[paged.PlaceOf(slot)], arrived);
        }

        _pagesMoved += paged.Loads.Count;
        _pagesChosen += paged.ChosenCount;
    }

    // The next layer of the group has the same choice: what it misses can be fetched while this one computes.
    private void PrefetchNext(in DecodeStep step)
    {
        int next = step.Layer + 1;
        if (_prefetch is null || next == _context.Shape.Layers || _settings.PlaceInGroup(next) == 0)
        {
            return;
        }

        ListParts(step.Sequences, next);
        foreach (PagedHeadRef part in _parts)
        {
            PageReader reader = _prefetch.Read(part.Paged.Index!);
            part.Paged.ListMissing(reader, _pages);
            foreach (int page in _pages)
            {
                _prefetch.Add(reader, part, page);
            }
        }

        _prefetch.Begin();
    }
}
