using KvCompose.Attention;
using KvCompose.Memory;
using KvCompose.Residency.PageFiles;
using KvCompose.Residency.Pages;
using KvCompose.Threading;

namespace KvCompose.Tests.Retrieval;

/// <summary>An index over row-major keys, built from the first tokens and, unless told otherwise, grown by the rest in batches of 16. Values tell their token.</summary>
internal sealed unsafe class IndexCase : IDisposable
{
    private readonly NativeFloats _tiles;
    private readonly NativeFloats _values;
    private readonly int[] _rows;
    private readonly int[] _positions;

    public IndexCase(
        float[] keys, int headDim, int built, PageIndexSettings? settings = null, int threads = 1, HostPageFormat format = HostPageFormat.Fp32,
        HostMemory? memory = null, bool grow = true, PageFile? file = null, PageOwner owner = default)
    {
        int tokens = keys.Length / headDim;
        HeadDim = headDim;
        Keys = keys;
        _tiles = new NativeFloats(KeyTiles.Floats(tokens, 1, headDim));
        _values = new NativeFloats(keys.Length);
        _rows = [.. Enumerable.Range(0, tokens)];
        _positions = [.. Enumerable.Range(0, tokens).Select(PositionOf)];
        for (int i = 0; i < keys.Length; i++)
        {
            _values.Pointer[i] = ValueOf(i / headDim, i % headDim);
        }

        using var workers = new WorkerPool(threads);
        fixed (float* source = keys)
        {
            if (tokens > 0)
            {
                KeyTiles.Pack(workers, source, tokens, 1, headDim, _tiles.Pointer);
            }
        }

        Index = new PageIndex(headDim, settings ?? new PageIndexSettings(), format, memory, file, owner);
        using var builder = new PageIndexBuilder(headDim);
        builder.Build(Index, Source(0, built), threads == 1 ? null : workers);
        Insert(built, grow ? tokens : built);
    }

    public PageIndex Index { get; }

    public int HeadDim { get; }

    public float[] Keys { get; }

    public static int PositionOf(int token) => (3 * token) + 5;

    public static int TokenOf(int position) => (position - 5) / 3;

    public static float ValueOf(int token, int element) => token + (element / 256f);

    public void Insert(int first, int last)
    {
        for (; first < last; first += 16)
        {
            Index.Insert(Source(first, Math.Min(first + 16, last)));
        }
    }

    public KeySource Source(int first, int last) => new()
    {
        KeyTiles = _tiles.Pointer,
        Values = _values.Pointer,
        ValueStride = HeadDim,
        Rows = _rows.AsSpan(first, last - first),
        Positions = _positions,
    };

    /// <summary>Tokens of every live page, by page id.</summary>
    public SortedDictionary<int, int[]> Pages()
    {
        using PageReader reader = Index.Read();
        var pages = new SortedDictionary<int, int[]>();
        for (int page = 0; page < reader.Ids; page++)
        {
            if (reader.Count(page) > 0)
            {
                pages[page] = TokensOf(reader, page);
            }
        }

        return pages;
    }

    public static int[] TokensOf(in PageReader reader, int page)
    {
        int[] tokens = reader.Positions(page).ToArray();
        return Array.ConvertAll(tokens, TokenOf);
    }

    /// <summary>Pages chosen for a group of queries, best first, and the inner products per head.</summary>
    public (int[] Pages, int InnerProducts) Choose(float[] queries, int budget)
    {
        using PageReader reader = Index.Read();
        using var ranker = new PageRanker();
        return Choose(reader, ranker, queries, budget);
    }

    public (int[] Pages, int InnerProducts) Choose(in PageReader reader, PageRanker ranker, float[] queries, int budget)
    {
        var pages = new int[Math.Max(budget, reader.Ids)];
        fixed (float* pointer = queries)
        {
            int count = ranker.Choose(reader, pointer, queries.Length / HeadDim, budget, pages);
            return (pages[..count], ranker.InnerProducts);
        }
    }

    public void Dispose()
    {
        Index.Dispose();
        _tiles.Dispose();
        _values.Dispose();
    }
}
