using KvCompose.Attention;
using KvCompose.Conformance.Reading;
using KvCompose.Memory;
using KvCompose.Residency.Pages;
using KvCompose.Threading;

namespace KvCompose.Benchmarks.Quick;

/// <summary>Generated keys of one head, and an index that takes them in.</summary>
internal sealed unsafe class IndexedHead : IDisposable
{
    private readonly NativeFloats _tiles;
    private readonly NativeFloats _values;
    private readonly int[] _tokens;
    private readonly int _headDim;

    public IndexedHead(GeneratedKeys data, int headDim)
    {
        int tokens = data.Keys.Length / headDim;
        _headDim = headDim;
        _tiles = new NativeFloats(KeyTiles.Floats(tokens, 1, headDim));
        _values = new NativeFloats(data.Values.Length);
        data.Values.CopyTo(new Span<float>(_values.Pointer, data.Values.Length));
        _tokens = [.. Enumerable.Range(0, tokens)];
        using var workers = new WorkerPool(1);
        fixed (float* keys = data.Keys)
        {
            KeyTiles.Pack(workers, keys, tokens, 1, headDim, _tiles.Pointer);
        }

        Index = new PageIndex(headDim, new PageIndexSettings());
    }

    public PageIndex Index { get; private set; }

    /// <summary>Begins again with an index of the first tokens.</summary>
    public void Build(PageIndexBuilder builder, int tokens, WorkerPool workers)
    {
        Index.Dispose();
        Index = new PageIndex(_headDim, new PageIndexSettings());
        builder.Build(Index, Source(0, tokens), workers);
    }

    /// <summary>Takes 16 more tokens, as decoding does every 16 steps.</summary>
    public void InsertPage(int first) => Index.Insert(Source(first, first + PageIndexSettings.PageTokens));

    public void Dispose()
    {
        Index.Dispose();
        _tiles.Dispose();
        _values.Dispose();
    }

    private KeySource Source(int first, int last) => new()
    {
        KeyTiles = _tiles.Pointer,
        Values = _values.Pointer,
        ValueStride = _headDim,
        Rows = _tokens.AsSpan(first, last - first),
        Positions = _tokens,
    };
}
