using KvCompose.Threading;

namespace KvCompose.Residency.Pages;

/// <summary>Lets the heads of a layer choose their pages, on all threads, and measures on demand what the choices miss.</summary>
internal sealed unsafe class PageChooser : IDisposable
{
    private readonly TierContext _context;
    private readonly PageRetrievalSettings _settings;
    private readonly PageRanker[] _rankers;
    private readonly RecallMeter[] _meters;
    private List<PagedHeadRef> _parts = [];

    /// <summary>Makes what chooses for a session.</summary>
    public PageChooser(in TierContext context, PageRetrievalSettings settings)
    {
        _context = context;
        _settings = settings;
        _rankers = [.. Enumerable.Range(0, context.Workers.Count).Select(static _ => new PageRanker())];
        _meters = settings.MeasureRecall ? [.. _rankers.Select(static _ => new RecallMeter())] : [];
    }

    /// <summary>As <see cref="TierUsage.BestTokens"/>.</summary>
    public long BestTokens => _meters.Sum(static meter => meter.Best);

    /// <summary>As <see cref="TierUsage.BestTokensHeld"/>.</summary>
    public long BestTokensHeld => _meters.Sum(static meter => meter.Held);

    /// <summary>Chooses pages for some heads of one layer.</summary>
    /// <param name="parts">The heads.</param>
    /// <param name="queries">The step's queries, [rows, Hq, d].</param>
    public void Choose(List<PagedHeadRef> parts, float* queries)
    {
        _parts = parts;
        var work = new ChooseWork { Chooser = this, Queries = queries };
        _context.Workers.Run(ref work, parts.Count);
    }

    /// <summary>Compares choices with the best tokens, where that is asked for.</summary>
    /// <inheritdoc cref="Choose" path="/param"/>
    public void Measure(List<PagedHeadRef> parts, float* queries)
    {
        if (_settings.MeasureRecall)
        {
            _parts = parts;
            var work = new MeasureWork { Chooser = this, Queries = queries };
            _context.Workers.Run(ref work, parts.Count);
        }
    }

    public void Dispose()
    {
        Array.ForEach(_rankers, static ranker => ranker.Dispose());
        Array.ForEach(_meters, static meter => meter.Dispose());
    }

    private int Group => _context.Shape.QueryHeads / _context.Shape.KeyValueHeads;

    private float* QueriesOf(PagedHeadRef part, float* queries)
        => queries + ((((nint)part.Row * _context.Shape.QueryHeads) + (part.Head * Group)) * _context.Shape.HeadDim);

    private struct ChooseWork : IParallelWork
    {
        public PageChooser Chooser;
        public float* Queries;

        public readonly void Run(int item, int worker)
        {
            PagedHeadRef part = Chooser._parts[item];
            using PageReader reader = part.Paged.Index!.Read();
            part.Paged.Reserve(reader.Ids);
            part.Paged.ChosenCount = Chooser._rankers[worker].Choose(
                reader, Chooser.QueriesOf(part, Queries), Chooser.Group, Chooser._settings.Tokens, part.Paged.Chosen);
        }
    }

    private struct MeasureWork : IParallelWork
    {
        public PageChooser Chooser;
        public float* Queries;

        public readonly void Run(int item, int worker)
        {
            PagedHeadRef part = Chooser._parts[item];
            using PageReader reader = part.Paged.Index!.Read();
            Chooser._meters[worker].Count(
                reader, part.Paged.Place, Chooser.QueriesOf(part, Queries), Chooser.Group, Chooser._settings.Tokens,
                part.Paged.Chosen.AsSpan(0, part.Paged.ChosenCount));
        }
    }
}
