using KvCompose.Reference.IceCache;

namespace KvCompose.Conformance.Kinds.IceCache;

/// <summary>A data set together with what is measured on it. The last one made is kept: cases on one data set follow each other.</summary>
public sealed class RetrievalSubject
{
    private const int LeastQueries = 48;

    private static readonly Lock Gate = new();
    private static (string Family, int Tokens, int HeadDim, int Queries, int Seed) _lastKey;
    private static RetrievalSubject? _last;

    private readonly Lazy<ClusteredIndex> _index;
    private readonly Lazy<RankedPages> _clustered;
    private readonly Lazy<RankedPages> _contiguous;

    private RetrievalSubject(RetrievalData data)
    {
        Data = data;
        _index = new(() => new ClusteredIndex(data.Data.Keys, data.HeadDim, new ClusteredSettings()));
        _clustered = new(() => new RankedPages(data, PagesOf(Index)));
        _contiguous = new(() => RankedPages.Contiguous(data));
    }

    /// <summary>Keys, queries and the exact answers.</summary>
    public RetrievalData Data { get; }

    /// <summary>The improved index with its default settings.</summary>
    public ClusteredIndex Index => _index.Value;

    /// <summary>Its pages, to be ranked in other ways.</summary>
    public RankedPages Clustered => _clustered.Value;

    /// <summary>Contiguous pages.</summary>
    public RankedPages Contiguous => _contiguous.Value;

    /// <summary>The subject of a data set. Fewer queries of the generator are a prefix of more.</summary>
    public static RetrievalSubject Of(string family, int tokens, int headDim, int queries, int seed)
    {
        lock (Gate)
        {
            var key = (family, tokens, headDim, Math.Max(queries, LeastQueries), seed);
            if (_last is null || _lastKey != key)
            {
                _last = new RetrievalSubject(RetrievalData.Make(family, tokens, headDim, key.Item4, seed));
                _lastKey = key;
            }

            return _last;
        }
    }

    /// <summary>The live pages of an index as lists of tokens.</summary>
    public static IReadOnlyList<int[]> PagesOf(ClusteredIndex index)
        => [.. index.Pages.Where(page => page is not null).Select(page => page!.Tokens.ToArray())];

    /// <summary>What the index itself selects.</summary>
    public static HashSet<int> Select(ClusteredIndex index, ReadOnlySpan<float> queries, int budget)
        => [.. ClusteredSearch.Select(index, queries, budget).Pages.SelectMany(page => index.Pages[page]!.Tokens)];
}
