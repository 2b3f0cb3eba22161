using KvCompose.Attention;
using KvCompose.Cache;
using KvCompose.Memory;

namespace KvCompose.Sessions;

/// <summary>
/// A chunk of a sequence while it is computed: rows, and where they are stored in every head. The sequence's tables stay as they are until
/// <see cref="Commit"/>.
/// </summary>
internal sealed unsafe class AppendedChunk : IDisposable
{
    /// <summary>Floats of keys and values that are read from pages at once, if a head has no more: 256 MiB.</summary>
    private const long ReadFloats = 1L << 26;

    private readonly List<NativeFloats> _blocks = [];
    private readonly TransformerShape _shape;
    private readonly byte[] _open;
    private readonly (int Place, int Pages)[] _marks;
    private readonly NativeFloats?[] _collected;
    private readonly List<(WindowRing Window, nint Kept, int First)> _windows = [];
    private readonly Dictionary<int, AttendedKeys[]> _kept = [];
    private AttendedKeys[] _sources = [];
    private int _placed;
    private NativeFloats? _read;
    private int _begun;

    /// <summary>Allocates.</summary>
    /// <param name="shape">The model's dimensions.</param>
    /// <param name="cache">The sequence.</param>
    /// <param name="rows">Tokens of the chunk.</param>
    /// <param name="position">Position of the first.</param>
    /// <param name="queryFloats">Floats of a row's queries in the layer with the widest heads.</param>
    /// <param name="keyFloats">Floats of a row's keys in the layer with the widest heads.</param>
    public AppendedChunk(TransformerShape shape, SequenceCache cache, int rows, int position, int queryFloats, int keyFloats)
    {
        (_shape, Cache, Rows) = (shape, cache, rows);
        Positions = [.. Enumerable.Range(position, rows)];
        Hidden = Block((long)rows * shape.Hidden);
        Queries = Block((long)rows * queryFloats);
        Attended = Block((long)rows * queryFloats);
        Keys = Block((long)rows * keyFloats);
        Values = Block((long)rows * keyFloats);
        LogSumExp = Block((long)rows * shape.QueryHeads);
        _open = cache.SaveOpen();
        _marks = new (int, int)[shape.Layers * shape.KeyValueHeads];
        _collected = new NativeFloats?[_marks.Length];
    }

    /// <summary>The sequence.</summary>
    public SequenceCache Cache { get; }

    /// <summary>Tokens of the chunk.</summary>
    public int Rows { get; }

    /// <summary>Their positions.</summary>
    public int[] Positions { get; }

    /// <summary>Hidden states, [rows, D].</summary>
    public float* Hidden { get; }

    /// <summary>Rotated queries, [rows, Hq, d].</summary>
    public float* Queries { get; }

    /// <summary>What attention makes of them, [rows, Hq, d].</summary>
    public float* Attended { get; }

    /// <summary>Rotated keys, [rows, Hkv, d].</summary>
    public float* Keys { get; }

    /// <summary>Values, [rows, Hkv, d].</summary>
    public float* Values { get; }

    /// <summary>Log-sum-exp of the scaled logits, [Hq, rows].</summary>
    public float* LogSumExp { get; }

    /// <summary>Where the keys and values of the heads are read to that <see cref="PlaceHeads"/> has taken.</summary>
    public ReadOnlySpan<AttendedKeys> Sources => _sources.AsSpan(0, _placed);

    /// <summary>Where the first row is stored in a head.</summary>
    public int Place(int layer, int head) => _marks[(layer * _shape.KeyValueHeads) + head].Place;

    /// <summary>What every token of a head collects from the rows, one float a slot.</summary>
    public float* Collected(int layer, int head, int tokens)
    {
        int at = (layer * _shape.KeyValueHeads) + head;
        _collected[at] ??= new NativeFloats(KeyTiles.Count(tokens) * KeyTiles.Tokens);
        return _collected[at]!.Pointer;
    }

    /// <summary>Makes room in a layer for the rows and one token more.</summary>
    /// <exception cref="CacheLimitException">The pool's limit is reached.</exception>
    public void Begin(int layer)
    {
        for (int head = 0; head < _shape.KeyValueHeads; head++)
        {
            _marks[(layer * _shape.KeyValueHeads) + head] = (Cache.NextPlace(layer, head), Cache.Pages(layer, head));
        }

        _begun = layer + 1;
        Cache.ReserveMore(layer, Rows + 1);
    }

    /// <summary>Takes as many heads as there is room to read at once, at least one.</summary>
    /// <param name="shape">The layer's heads.</param>
    /// <param name="first">The first head.</param>
    /// <param name="held">Tokens that a head holds.</param>
    public Span<AttendedKeys> PlaceHeads(AttentionShape shape, int first, Func<int, int> held)
    {
        int d = shape.HeadDim;
        long floats = 0;
        var counts = new List<int>();
        for (int head = first; head < shape.KeyValueHeads; head++)
        {
            long own = 2L * KeyTiles.Count(held(head) + Rows) * KeyTiles.Tokens * d;
            if (counts.Count > 0 && floats + own > ReadFloats)
            {
                break;
            }

            counts.Add(held(head));
            floats += own;
        }

        _read = NativeFloats.AtLeast(_read, floats);
        _sources = _sources.Length < counts.Count ? new AttendedKeys[counts.Count] : _sources;
        float* free = _read.Pointer;
        for (int i = 0; i < counts.Count; i++)
        {
            int tiles = KeyTiles.Count(counts[i] + Rows);
            nint half = (nint)tiles * KeyTiles.Tokens * d;
            _sources[i] = new AttendedKeys { Tiles = free, TileCount = tiles, Values = free + half, ValueStride = d, Before = counts[i] };
            free += 2 * half;
        }

        _placed = counts.Count;
        return _sources.AsSpan(0, _placed);
    }

    /// <summary>Puts the rows after what was read of a head.</summary>
    public void AppendRows(AttentionShape shape, int head, in AttendedKeys place)
    {
        int d = shape.HeadDim;
        nint stride = (nint)shape.KeyValueHeads * d;
        StoredTokens.AppendKeys(Keys + (head * d), stride, Rows, d, place.Tiles, place.Before);
        for (int row = 0; row < Rows; row++)
        {
            new ReadOnlySpan<float>(Values + (row * stride) + (head * d), d).CopyTo(new Span<float>(place.Values + ((nint)(place.Before + row) * d), d));
        }
    }

    /// <summary>Keeps the rows that a window is to hold, keys then values, until the chunk counts.</summary>
    public void KeepRows(int layer, WindowRing window)
    {
        int first = Math.Max(0, Rows - window.Window), floats = window.RowFloats;
        int count = (Rows - first) * floats;
        float* kept = Block(2L * count);
        new ReadOnlySpan<float>(Keys + ((nint)first * floats), count).CopyTo(new Span<float>(kept, count));
        new ReadOnlySpan<float>(Values + ((nint)first * floats), count).CopyTo(new Span<float>(kept + count, count));
        _windows.Add((window, (nint)kept, first));
    }

    /// <summary>Keeps what heads of a layer attend to, for layers that read its cache.</summary>
    /// <param name="layer">The layer of the model.</param>
    /// <param name="shape">Its heads.</param>
    /// <param name="first">The first head of <see cref="Sources"/>.</param>
    public void KeepSources(int layer, AttentionShape shape, int first)
    {
        if (!_kept.TryGetValue(layer, out AttendedKeys[]? kept))
        {
            _kept[layer] = kept = new AttendedKeys[shape.KeyValueHeads];
        }

        for (int i = 0; i < _placed; i++)
        {
            AttendedKeys source = _sources[i];
            long half = (long)source.TileCount * KeyTiles.Tokens * shape.HeadDim;
            float* copy = Block(2 * half);
            Buffer.MemoryCopy(source.Tiles, copy, 2 * half * sizeof(float), 2 * half * sizeof(float));
            kept[first + i] = source with { Tiles = copy, Values = copy + half };
        }
    }

    /// <summary>What was kept of a layer, one a key-value head.</summary>
    public AttendedKeys[] KeptSources(int layer) => _kept[layer];

    /// <summary>Lets the rows count, and what tokens have collected.</summary>
    public void Commit(PagePool pool, PageState state)
    {
        foreach ((WindowRing window, nint kept, int first) in _windows)
        {
            int width = window.RowFloats;
            float* keys = (float*)kept, values = keys + ((nint)(Rows - first) * width);
            for (int row = first; row < Rows; row++, keys += width, values += width)
            {
                window.Put(keys, values, Positions[row]);
            }
        }

        for (int layer = 0; layer < _shape.Layers; layer++)
        {
            for (int head = 0; head < _shape.KeyValueHeads; head++)
            {
                int at = (layer * _shape.KeyValueHeads) + head;
                Cache.Extend(layer, head, _marks[at].Place, Rows);
                PageTable* table = Cache.Layer(layer) + head;
                for (int slot = 0; slot < table->Tokens && state.Collects; slot++)
                {
                    float* collected = (float*)PageState.At(
                        pool.Layout, pool.Address(table->Pages[slot / pool.Layout.PageTokens]), state.CollectedWord, slot % pool.Layout.PageTokens);
                    *collected = (slot < _marks[at].Place ? *collected : 0) + _collected[at]!.Pointer[slot];
                }
            }
        }
    }

    /// <summary>Gives up what was stored: the sequence is as it was.</summary>
    public void Undo()
    {
        for (int at = 0; at < _begun * _shape.KeyValueHeads; at++)
        {
            Cache.ReturnSpare(at / _shape.KeyValueHeads, at % _shape.KeyValueHeads, _marks[at].Pages);
        }

        Cache.RestoreOpen(_open);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _read?.Dispose();
        foreach (NativeFloats? block in _blocks.Concat(_collected))
        {
            block?.Dispose();
        }
    }

    private float* Block(long floats)
    {
        var block = new NativeFloats(floats);
        _blocks.Add(block);
        return block.Pointer;
    }
}
