using System.Runtime.InteropServices;
using KvCompose.Attention;
using KvCompose.Cache;
using KvCompose.Files;
using KvCompose.Memory;

namespace KvCompose.Sessions;

/// <summary>
/// A layer with a sliding window, of one sequence: the tokens within it of all its heads in single precision. A new token takes the place of the one
/// that leaves the window: order does not matter to attention, and no page is ever half outside. Positions decide who leaves, not numbers: a prompt of which
/// only chosen tokens reach the layer has gaps. Memory grows with the tokens, up to the window, and counts as held.
/// </summary>
internal sealed unsafe partial class WindowRing : IDisposable
{
    private const int FirstTokens = 64;

    private readonly PagePool _pool;
    private readonly LayerFacts _facts;
    private readonly int _heads;
    private readonly int _headDim;
    private readonly float[] _left; // what the latest token has taken the place of: a key and a value of every head
    private NativeFloats? _floats;
    private int[] _positions = []; // by slot; slots below Tokens are taken, in whatever order
    private int _capacity;
    private int _marked;
    private int _oldest = int.MaxValue;
    private (int Slot, int Position, bool HadLost) _latest; // of the latest token: its slot, and who was there, or −1

    /// <summary>Makes an empty window.</summary>
    /// <param name="pool">Counts the bytes.</param>
    /// <param name="heads">Key-value heads, Hkv.</param>
    /// <param name="headDim">d.</param>
    /// <param name="facts">The layer.</param>
    public WindowRing(PagePool pool, int heads, int headDim, LayerFacts facts)
        => (_pool, _heads, _headDim, _facts, _left) = (pool, heads, headDim, facts, new float[2 * heads * headDim]);

    /// <summary>Most tokens that are held.</summary>
    public int Window => _facts.Window;

    /// <summary>Floats of one token's keys, and of its values.</summary>
    public int RowFloats => _heads * _headDim;

    /// <summary>Tokens that are held.</summary>
    public int Tokens { get; private set; }

    /// <summary>Whether tokens have left the window, so that it cannot become again what it was.</summary>
    public bool HasLost { get; private set; }

    /// <summary>Bytes that are held.</summary>
    public long HeldBytes => 2L * _capacity * _heads * _headDim * sizeof(float);

    /// <summary>Positions of the tokens, oldest first.</summary>
    public int[] Positions() => [.. Slots().Select(slot => _positions[slot])];

    /// <summary>Bytes that a window takes for a prompt.</summary>
    public static long BytesOf(int promptTokens, int window, int heads, int headDim)
        => 2L * CapacityOf(Math.Min(window, promptTokens), 0, window) * heads * headDim * sizeof(float);

    /// <summary>Makes room for more tokens; nothing else changes.</summary>
    /// <exception cref="CacheLimitException">The pool's limit is reached; nothing changes.</exception>
    public void Reserve(int more)
    {
        int wanted = (int)Math.Min(Window, (long)Tokens + more);
        if (wanted <= _capacity)
        {
            return;
        }

        Resize(CapacityOf(wanted, _capacity, Window));
    }

    /// <summary>From here on <see cref="ReturnSpare"/> gives back what <see cref="Reserve"/> takes.</summary>
    public void MarkCapacity() => _marked = _capacity;

    /// <summary>Gives back the memory that was reserved since <see cref="MarkCapacity"/>; no token has stayed that needs it.</summary>
    public void ReturnSpare()
    {
        if (_capacity > _marked)
        {
            Resize(_marked);
        }
    }

    /// <summary>The first position of a prompt that the window still holds after its last token. Those before it count as lost.</summary>
    public int Begin(int length)
    {
        int begin = _facts.FirstSeen(length - 1);
        HasLost |= begin > 0;
        return begin;
    }

    /// <summary>Puts a token in; there is room for it. What is no longer within the window leaves.</summary>
    /// <param name="keys">Its rotated keys, [Hkv, d].</param>
    /// <param name="values">Its values, [Hkv, d].</param>
    /// <param name="position">Its position, above all others.</param>
    public void Put(float* keys, float* values, int position)
    {
        _latest = (Tokens, -1, HasLost);
        int first = _facts.FirstSeen(position);
        if (_oldest < first)
        {
            Leave(first - 1);
        }

        int slot = _latest.Slot;
        Write(slot, keys, values);
        _positions[slot] = position;
        _oldest = Math.Min(_oldest, position);
        Tokens = Math.Max(Tokens, slot + 1);
    }

    /// <summary>Takes the latest token out, and puts back the one that it has taken the place of.</summary>
    public void TakeBack()
    {
        if (_latest.Position < 0)
        {
            Tokens--;
        }
        else
        {
            fixed (float* left = _left)
            {
                Write(_latest.Slot, left, left + (_heads * _headDim));
            }

            _positions[_latest.Slot] = _latest.Position;
        }

        HasLost = _latest.HadLost;
        _oldest = Oldest();
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
        int token = 0;
        foreach (int slot in Slots())
        {
            float* source = Column(head, slot);
            float* target = tiles + ((nint)(token / KeyTiles.Tokens) * KeyTiles.Tokens * _headDim) + (token % KeyTiles.Tokens);
            for (int i = 0; i < _headDim * KeyTiles.Tokens; i += KeyTiles.Tokens)
            {
                target[i] = source[i];
            }

            new ReadOnlySpan<float>(Values(head) + ((nint)slot * _headDim), _headDim).CopyTo(new Span<float>(values + ((nint)token * _headDim), _headDim));
            token++;
        }
    }

    /// <summary>Drops the last tokens, of a window from which none has left: slots are in the order of positions.</summary>
    public void Drop(int tokens)
    {
        Tokens = Math.Max(0, Tokens - tokens);
        _oldest = Oldest();
    }

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

        _oldest -= by;
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
        (Tokens, HasLost, _oldest) = (other.Tokens, other.HasLost, other._oldest);
    }

    /// <summary>Writes the window.</summary>
    public void Save(SectionWriter writer)
    {
        writer.WriteSection<int>("WIND", [HasLost ? 1 : 0, .. _positions.AsSpan(0, Tokens)]);
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
        int tokens = numbers.Length - 1;
        ReadOnlySpan<int> positions = numbers.AsSpan(1);
        if (numbers[0] is not (0 or 1) || positions.ContainsAnyExceptInRange(Math.Max(0, length - Window), length - 1)
            || positions.ToArray().Distinct().Count() != tokens)
        {
            throw reader.Wrong($"positions of {tokens} tokens for {place} that are not within it");
        }

        Reserve(tokens);
        positions.CopyTo(_positions);
        reader.Begin("RING", place, Bytes(tokens));
        for (int head = 0; head < _heads; head++)
        {
            reader.Read(MemoryMarshal.AsBytes(HeldKeys(head, tokens)), place);
            reader.Read(MemoryMarshal.AsBytes(HeldValues(head, tokens)), place);
        }

        reader.End(place);
        (Tokens, HasLost) = (tokens, numbers[0] == 1);
        _oldest = Oldest();
    }

    /// <summary>Gives the memory back.</summary>
    public void Clear()
    {
        _pool.CountOutsidePages(-HeldBytes);
        _floats?.Dispose();
        (_floats, _capacity, Tokens, HasLost, _oldest) = (null, 0, 0, false, int.MaxValue);
    }

    /// <inheritdoc/>
    public void Dispose() => Clear();

    /// <summary>Slots by position, oldest first.</summary>
    private int[] Slots()
    {
        int[] slots = [.. Enumerable.Range(0, Tokens)], keys = _positions[..Tokens];
        Array.Sort(keys, slots);
        return slots;
    }

    private int Oldest()
    {
        int oldest = int.MaxValue;
        foreach (int position in _positions.AsSpan(0, Tokens))
        {
            oldest = Math.Min(oldest, position);
        }

        return oldest;
    }

    private static int CapacityOf(int wanted, int held, int window)
        => KeyTiles.Count(Math.Max(wanted, Math.Min(window, Math.Max(FirstTokens, 2 * held)))) * KeyTiles.Tokens;

    private float* Column(int head, int slot)
        => Tiles(head) + ((nint)(slot / KeyTiles.Tokens) * KeyTiles.Tokens * _headDim) + (slot % KeyTiles.Tokens);

    private long Bytes(int tokens) => (long)_heads * _headDim * sizeof(float) * (tokens + (KeyTiles.Count(tokens) * KeyTiles.Tokens));

    private float* Tiles(int head) => _floats!.Pointer + ((nint)head * 2 * _capacity * _headDim);

    private float* Values(int head) => Tiles(head) + ((nint)_capacity * _headDim);

    private Span<float> HeldKeys(int head) => HeldKeys(head, Tokens);

    private Span<float> HeldKeys(int head, int tokens)
        => tokens == 0 ? [] : new Span<float>(Tiles(head), KeyTiles.Count(tokens) * KeyTiles.Tokens * _headDim);

    private Span<float> HeldValues(int head) => HeldValues(head, Tokens);

    private Span<float> HeldValues(int head, int tokens) => tokens == 0 ? [] : new Span<float>(Values(head), tokens * _headDim);
}
