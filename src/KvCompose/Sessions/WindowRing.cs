using System.Runtime.InteropServices;
using KvCompose.Attention;
using KvCompose.Cache;
using KvCompose.Files;
using KvCompose.Memory;

namespace KvCompose.Sessions;

/// <summary>
/// A layer with a sliding window, of one sequence: the last tokens of all its heads in single precision, as many as the window has. A new token
/// takes the place of the one that leaves the window: order does not matter to attention, and no page is ever half outside. Memory grows with the
/// tokens, up to the window, and counts as held.
/// </summary>
internal sealed unsafe class WindowRing : IDisposable
{
    private const int FirstTokens = 64;

    private readonly PagePool _pool;
    private readonly int _heads;
    private readonly int _headDim;
    private NativeFloats? _floats;
    private int[] _positions = [];
    private int _capacity;

    /// <summary>Makes an empty window.</summary>
    /// <param name="pool">Counts the bytes.</param>
    /// <param name="heads">Key-value heads, Hkv.</param>
    /// <param name="headDim">d.</param>
    /// <param name="window">W: tokens that a token sees, itself included.</param>
    public WindowRing(PagePool pool, int heads, int headDim, int window) => (_pool, _heads, _headDim, Window) = (pool, heads, headDim, window);

    /// <summary>Most tokens that are held.</summary>
    public int Window { get; }

    /// <summary>Tokens that came, those that left included.</summary>
    public int Seen { get; private set; }

    /// <summary>Tokens that are held.</summary>
    public int Tokens => Math.Min(Seen, Window);

    /// <summary>Bytes that are held.</summary>
    public long HeldBytes => 2L * _capacity * _heads * _headDim * sizeof(float);

    /// <summary>Positions of the tokens, oldest first.</summary>
    public int[] Positions() => [.. Enumerable.Range(Seen - Tokens, Tokens).Select(token => _positions[token % Window])];

    /// <summary>Makes room for more tokens; nothing else changes.</summary>
    /// <exception cref="CacheLimitException">The pool's limit is reached; nothing changes.</exception>
    public void Reserve(int more)
    {
        int wanted = (int)Math.Min(Window, (long)Seen + more);
        if (wanted <= _capacity)
        {
            return;
        }

        int tokens = Math.Max(wanted, Math.Min(Window, Math.Max(FirstTokens, 2 * _capacity)));
        int capacity = KeyTiles.Count(tokens) * KeyTiles.Tokens;
        _pool.CountOutsidePages(2L * (capacity - _capacity) * _heads * _headDim * sizeof(float));
        var grown = new NativeFloats(2L * capacity * _heads * _headDim);
        int floats = _capacity * _headDim;
        for (int part = 0; part < 2 * _heads && _floats is not null; part++)
        {
            new ReadOnlySpan<float>(_floats.Pointer + ((nint)part * floats), floats)
                .CopyTo(new Span<float>(grown.Pointer + ((nint)part * capacity * _headDim), floats));
        }

        _floats?.Dispose();
        Array.Resize(ref _positions, capacity);
        (_floats, _capacity) = (grown, capacity);
    }

    /// <summary>Counts tokens that leave the window before they could be put in: the first ones of a long prompt.</summary>
    public void Pass(int tokens) => Seen += tokens;

    /// <summary>Puts a token in; there is room for it.</summary>
    /// <param name="keys">Its rotated keys, [Hkv, d].</param>
    /// <param name="values">Its values, [Hkv, d].</param>
    /// <param name="position">Its position.</param>
    public void Put(float* keys, float* values, int position)
    {
        int slot = Seen % Window;
        for (int head = 0; head < _heads; head++)
        {
            float* column = Tiles(head) + ((nint)(slot / KeyTiles.Tokens) * KeyTiles.Tokens * _headDim) + (slot % KeyTiles.Tokens);
            float* key = keys + (head * _headDim);
            for (int i = 0; i < _headDim; i++)
            {
                column[i * KeyTiles.Tokens] = key[i];
            }

            new ReadOnlySpan<float>(values + (head * _headDim), _headDim).CopyTo(new Span<float>(Values(head) + ((nint)slot * _headDim), _headDim));
        }

        _positions[slot] = position;
        Seen++;
    }

    /// <summary>What a head attends to when the newest token is in: everything, in whatever order.</summary>
    public AttendedKeys Attended(int head) => new()
    {
        Tiles = Tiles(head),
        TileCount = _capacity / KeyTiles.Tokens,
        Values = Values(head),
        ValueStride = _headDim,
        Before = Tokens - 1,
    };

    /// <summary>Copies a head's tokens, oldest first.</summary>
    /// <param name="head">The head.</param>
    /// <param name="tiles">Receives the keys, [⌈tokens / 16⌉][d][16].</param>
    /// <param name="values">Receives the values, [tokens][d].</param>
    public void Read(int head, float* tiles, float* values)
    {
        int first = Seen - Tokens;
        for (int token = 0; token < Tokens; token++)
        {
            int slot = (first + token) % Window;
            float* source = Tiles(head) + ((nint)(slot / KeyTiles.Tokens) * KeyTiles.Tokens * _headDim) + (slot % KeyTiles.Tokens);
            float* target = tiles + ((nint)(token / KeyTiles.Tokens) * KeyTiles.Tokens * _headDim) + (token % KeyTiles.Tokens);
            for (int i = 0; i < _headDim * KeyTiles.Tokens; i += KeyTiles.Tokens)
            {
                target[i] = source[i];
            }

            new ReadOnlySpan<float>(Values(head) + ((nint)slot * _headDim), _headDim).CopyTo(new Span<float>(values + ((nint)token * _headDim), _headDim));
        }
    }

    /// <summary>Whether the window holds what it held before its last tokens came.</summary>
    public bool CanDrop => Seen <= Window;

    /// <summary>Drops the last tokens, of a window from which none has left.</summary>
    public void Drop(int tokens) => Seen = Math.Max(0, Seen - tokens);

    /// <summary>Gives all tokens lower positions.</summary>
    /// <param name="by">How much lower.</param>
    /// <param name="rotate">Rotates keys [rows, d], by address, so that they fit.</param>
    public void Shift(int by, Action<nint, int> rotate)
    {
        if (Tokens == 0)
        {
            return;
        }

        using var rows = new NativeFloats((long)Tokens * _headDim);
        for (int head = 0; head < _heads; head++)
        {
            Transpose(Tiles(head), rows.Pointer, toRows: true);
            rotate((nint)rows.Pointer, Tokens);
            Transpose(Tiles(head), rows.Pointer, toRows: false);
        }

        for (int slot = 0; slot < Tokens; slot++)
        {
            _positions[slot] -= by;
        }
    }

    /// <summary>Takes another window's tokens.</summary>
    /// <exception cref="CacheLimitException">The pool's limit is reached.</exception>
    public void CopyFrom(WindowRing other)
    {
        Reserve(other.Tokens);
        for (int head = 0; head < _heads; head++)
        {
            other.HeldKeys(head).CopyTo(HeldKeys(head, other.Tokens));
            other.HeldValues(head).CopyTo(HeldValues(head, other.Tokens));
        }

        other._positions.AsSpan(0, other.Tokens).CopyTo(_positions);
        Seen = other.Seen;
    }

    /// <summary>Writes the window.</summary>
    public void Save(SectionWriter writer)
    {
        writer.WriteSection<int>("WIND", [Seen, .. _positions.AsSpan(0, Tokens)]);
        writer.Begin("RING", Bytes(Tokens));
        for (int head = 0; head < _heads; head++)
        {
            writer.Write(MemoryMarshal.AsBytes(HeldKeys(head)));
            writer.Write(MemoryMarshal.AsBytes(HeldValues(head)));
        }

        writer.End();
    }

    /// <summary>Reads what <see cref="Save"/> has written, into an empty window.</summary>
    /// <param name="reader">Has the sections.</param>
    /// <param name="place">What they hold, for messages.</param>
    /// <param name="length">Length of the sequence.</param>
    /// <exception cref="CacheLimitException">The pool's limit is reached.</exception>
    public void Resume(SectionReader reader, string place, int length)
    {
        int[] numbers = reader.ReadNumbers("WIND", place, 1, 1 + Window);
        int tokens = Math.Min(numbers[0], Window);
        if (numbers[0] < 0 || numbers[0] > length || numbers.Length != tokens + 1)
        {
            throw reader.Wrong($"{numbers.Length - 1} of {numbers[0]} tokens for {place}");
        }

        Reserve(tokens);
        numbers.AsSpan(1).CopyTo(_positions);
        reader.Begin("RING", place, Bytes(tokens));
        for (int head = 0; head < _heads; head++)
        {
            reader.Read(MemoryMarshal.AsBytes(HeldKeys(head, tokens)), place);
            reader.Read(MemoryMarshal.AsBytes(HeldValues(head, tokens)), place);
        }

        reader.End(place);
        Seen = numbers[0];
    }

    /// <summary>Gives the memory back.</summary>
    public void Clear()
    {
        _pool.CountOutsidePages(-HeldBytes);
        _floats?.Dispose();
        (_floats, _capacity, Seen) = (null, 0, 0);
    }

    /// <inheritdoc/>
    public void Dispose() => Clear();

    private void Transpose(float* tiles, float* rows, bool toRows)
    {
        for (int slot = 0; slot < Tokens; slot++, rows += _headDim)
        {
            float* column = tiles + ((nint)(slot / KeyTiles.Tokens) * KeyTiles.Tokens * _headDim) + (slot % KeyTiles.Tokens);
            for (int i = 0; i < _headDim; i++, column += KeyTiles.Tokens)
            {
                if (toRows)
                {
                    rows[i] = *column;
                }
                else
                {
                    *column = rows[i];
                }
            }
        }
    }

    private long Bytes(int tokens) => (long)_heads * _headDim * sizeof(float) * (tokens + (KeyTiles.Count(tokens) * KeyTiles.Tokens));

    private float* Tiles(int head) => _floats!.Pointer + ((nint)head * 2 * _capacity * _headDim);

    private float* Values(int head) => Tiles(head) + ((nint)_capacity * _headDim);

    private Span<float> HeldKeys(int head) => HeldKeys(head, Tokens);

    private Span<float> HeldKeys(int head, int tokens)
        => tokens == 0 ? [] : new Span<float>(Tiles(head), KeyTiles.Count(tokens) * KeyTiles.Tokens * _headDim);

    private Span<float> HeldValues(int head) => HeldValues(head, Tokens);

    private Span<float> HeldValues(int head, int tokens) => tokens == 0 ? [] : new Span<float>(Values(head), tokens * _headDim);
}
