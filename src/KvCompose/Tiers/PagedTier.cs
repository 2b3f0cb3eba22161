using KvCompose.Cache;
using KvCompose.Memory;
using KvCompose.Retrieval;
using KvCompose.Threading;
using KvCompose.Tiers.Disk;

namespace KvCompose.Tiers;

/// <summary>
/// Keeps what a selection leaves out in host pages, and brings the pages in that a step's queries ask for: before the attention of a layer, every
/// key-value head chooses pages for the queries of its group, and those that are not resident are copied; chosen pages that are resident stay where
/// they are. Decoded tokens that leave the window enter the index page by page, before the step's choice, so no step sees a token twice or not at all.
/// </summary>
public sealed unsafe partial class PagedTier : ICascadeTier
{
    private const int PageTokens = PageIndexSettings.PageTokens;

    private readonly TierContext _context;
    private readonly PagedTierSettings _settings;
    private readonly HostMemory _memory;
    private readonly PageFile? _file;
    private readonly PageIndexBuilder _builder;
    private readonly PageTransfer _transfer;
    private readonly PageRanker[] _rankers;
    private readonly RecallMeter[] _meters;
    private readonly PagedHead[,,] _heads;
    private readonly List<int> _surplus = [];
    private readonly List<Part> _parts = [];
    private readonly List<Part> _leaving = [];
    private long _retrievals;
    private long _tokensMoved;
    private long _pagesMoved;
    private long _pagesChosen;

    /// <summary>Opens the tier of a session.</summary>
    /// <param name="context">What it is opened with.</param>
    /// <param name="settings">What it does.</param>
    /// <exception cref="StageOptionException">The pipeline's pages do not hold 16 tokens.</exception>
    public PagedTier(in TierContext context, PagedTierSettings settings)
    {
        if (context.Pool.Layout.PageTokens != PageTokens)
        {
            throw new StageOptionException(
                context.Pipeline, nameof(KvPipelineAttribute.PageTokens), $"{context.Pool.Layout.PageTokens}", $"{PageTokens}: host pages are brought in whole");
        }

        TransformerShape shape = context.Shape;
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
        _rankers = [.. Enumerable.Range(0, context.Workers.Count).Select(static _ => new PageRanker())];
        _meters = settings.MeasureRecall ? [.. _rankers.Select(static _ => new RecallMeter())] : [];

        _heads = new PagedHead[context.Caches.Count, shape.Layers, shape.KeyValueHeads];
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
        BestTokens = _meters.Sum(static meter => meter.Best),
        BestTokensHeld = _meters.Sum(static meter => meter.Held),
    };

    /// <inheritdoc/>
    /// <exception cref="PageFileException">The page file was cut short, or a page is not what was written.</exception>
    public void BringIn(in DecodeStep step)
    {
        Gather(step);
        if (_parts.Count == 0)
        {
            return;
        }

        _file?.RequireWhole();
        Leave();
        var choose = new ChooseWork { Tier = this, Queries = step.Queries };
        _context.Workers.Run(ref choose, _parts.Count);
        foreach (Part part in _parts)
        {
            Exchange(part);
        }

        var copy = new CopyWork { Tier = this };
        _context.Workers.Run(ref copy, _parts.Count);
    }

    /// <inheritdoc/>
    public void Watch(in DecodeStep step)
    {
    }

    /// <inheritdoc/>
    public void Clear(int sequence)
    {
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
        foreach (PagedHead head in _heads)
        {
            head.Dispose();
        }

        foreach (PageRanker ranker in _rankers)
        {
            ranker.Dispose();
        }

        Array.ForEach(_meters, static meter => meter.Dispose());
        _builder.Dispose();
        _transfer.Dispose();
        _file?.Dispose();
    }

    // The heads of the layer that have an index.
    private void Gather(in DecodeStep step)
    {
        _parts.Clear();
        for (int row = 0; row < step.Sequences.Length; row++)
        {
            int sequence = step.Sequences[row];
            for (int head = 0; head < _context.Shape.KeyValueHeads; head++)
            {
                PagedHead paged = _heads[sequence, step.Layer, head];
                if (paged.Index is not null)
                {
                    _parts.Add(new Part(paged, _context.Caches[sequence], row, step.Layer, head));
                }
            }
        }
    }

    // The oldest page of decoded tokens, when the window is full without it.
    private void Leave()
    {
        _leaving.Clear();
        foreach (Part part in _parts)
        {
            if (DecodedTokens(part) >= _settings.Window + PageTokens)
            {
                _leaving.Add(part);
            }
        }

        if (_leaving.Count == 0)
        {
            return;
        }

        var insert = new InsertWork { Tier = this };
        _context.Workers.Run(ref insert, _leaving.Count);
        foreach (Part part in _leaving)
        {
            if (part.Paged.LeftWindow)
            {
                part.Paged.LeftWindow = false;
                part.Cache.RemovePage(part.Layer, part.Head, part.Paged.Permanent + part.Paged.Slots);
            }
        }
    }

    // Tokens of the pages behind those that stay and those that were brought in; 0 while there is but one, which new tokens go to.
    private int DecodedTokens(Part part)
    {
        PageTable* table = part.Table;
        int pages = table->PageCount - part.Paged.Permanent - part.Paged.Slots;
        return pages > 1 ? ((pages - 1) * PageTokens) + *part.Cache.CountAt(table->Pages[table->PageCount - 1]) : 0;
    }

    // Makes the table fit the choice; the pages' content follows.
    private void Exchange(Part part)
    {
        PagedHead paged = part.Paged;
        PageTable* table = part.Table;
        using PageReader reader = paged.Index!.Read();
        paged.Compare(reader, _surplus);
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

        foreach (int slot in _surplus)
        {
            part.Cache.RemovePage(part.Layer, part.Head, paged.PlaceOf(slot));
            paged.Removed(slot);
        }

        _retrievals++;
        _pagesMoved += paged.Loads.Count;
        _pagesChosen += paged.ChosenCount;
    }

    /// <summary>A head of the layer in the current step.</summary>
    private readonly record struct Part(PagedHead Paged, SequenceCache Cache, int Row, int Layer, int Head)
    {
        public PageTable* Table => Cache.Layer(Layer) + Head;
    }

    private struct InsertWork : IParallelWork
    {
        public PagedTier Tier;

        public readonly void Run(int item, int worker)
        {
            Part part = Tier._leaving[item];
            int oldest = part.Table->Pages[part.Paged.Permanent + part.Paged.Slots];
            part.Paged.LeftWindow = Tier._transfer.TryInsert(part.Paged.Index!, oldest, worker);
        }
    }

    private struct ChooseWork : IParallelWork
    {
        public PagedTier Tier;
        public float* Queries;

        public readonly void Run(int item, int worker)
        {
            Part part = Tier._parts[item];
            TransformerShape shape = Tier._context.Shape;
            int group = shape.QueryHeads / shape.KeyValueHeads;
            using PageReader reader = part.Paged.Index!.Read();
            part.Paged.Reserve(reader.Ids);
            float* queries = Queries + ((((nint)part.Row * shape.QueryHeads) + (part.Head * group)) * shape.HeadDim);
            part.Paged.ChosenCount = Tier._rankers[worker].Choose(reader, queries, group, Tier._settings.Tokens, part.Paged.Chosen);
            if (Tier._settings.MeasureRecall)
            {
                Tier._meters[worker].Count(reader, queries, group, Tier._settings.Tokens, part.Paged.Chosen.AsSpan(0, part.Paged.ChosenCount));
            }
        }
    }

    private struct CopyWork : IParallelWork
    {
        public PagedTier Tier;

        public readonly void Run(int item, int worker)
        {
            Part part = Tier._parts[item];
            using PageReader reader = part.Paged.Index!.Read();
            foreach (int slot in part.Paged.Loads)
            {
                // A slot that a removal moved would have been kept or removed itself: loads fill the slots before the surplus.
                Tier._transfer.Copy(reader, part.Paged.PageOf(slot), part.Table->Pages[part.Paged.PlaceOf(slot)], worker);
            }
        }
    }
}
