using KvCompose.Attention;
using KvCompose.Memory;

namespace KvCompose.Residency.Pages;

/// <summary>
/// What one key-value head has lost of a prompt whose budgets are not final: it waits, so that its index is built once, of everything. The bytes
/// count as held by the host tier.
/// </summary>
internal sealed unsafe class PendingIndexTokens(int headDim, HostMemory memory) : IDisposable
{
    private const int LeastTokens = 4 * KeyTiles.Tokens;

    private NativeFloats? _keys;
    private NativeFloats? _values;
    private int[] _positions = [];
    private int[] _rows = [];
    private long _counted;

    /// <summary>Tokens that wait.</summary>
    public int Count { get; private set; }

    /// <summary>Makes room for more tokens.</summary>
    /// <returns>Whether the host tier has the memory; nothing changes where it has not.</returns>
    public bool TryReserve(int more)
    {
        int wanted = Count + more;
        if (wanted <= _positions.Length)
        {
            return true;
        }

        int capacity = KeyTiles.Count(Math.Max(wanted, Math.Max(LeastTokens, _positions.Length * 3 / 2))) * KeyTiles.Tokens;
        long bytes = (long)capacity * ((2 * headDim * sizeof(float)) + sizeof(int));
        if (!memory.TryTake(bytes - _counted))
        {
            return false;
        }

        _counted = bytes;
        _keys = Grown(_keys, (long)capacity * headDim);
        _values = Grown(_values, (long)capacity * headDim);
        Array.Resize(ref _positions, capacity);
        return true;
    }

    /// <summary>Adds a token; there is room for it.</summary>
    /// <param name="key">The rotated key, d elements.</param>
    /// <param name="keyStride">Floats from one element of the key to the next.</param>
    /// <param name="value">The value, [d].</param>
    /// <param name="position">The token's position.</param>
    public void Add(float* key, int keyStride, float* value, int position)
    {
        float* column = _keys!.Pointer + ((nint)(Count / KeyTiles.Tokens) * KeyTiles.Tokens * headDim) + (Count % KeyTiles.Tokens);
        for (int i = 0; i < headDim; i++)
        {
            column[i * KeyTiles.Tokens] = key[i * keyStride];
        }

        new ReadOnlySpan<float>(value, headDim).CopyTo(new Span<float>(_values!.Pointer + ((nint)Count * headDim), headDim));
        _positions[Count++] = position;
    }

    /// <summary>Everything that waits, by position.</summary>
    public KeySource InOrder()
    {
        _rows = [.. Enumerable.Range(0, Count)];
        _positions.AsSpan(0, Count).ToArray().AsSpan().Sort(_rows.AsSpan());
        return new KeySource { KeyTiles = _keys!.Pointer, Values = _values!.Pointer, ValueStride = headDim, Rows = _rows, Positions = _positions };
    }

    /// <summary>Gives the memory back to the host tier's count: what waits is about to be stored there, and is still readable.</summary>
    public void Release()
    {
        memory.Give(_counted);
        _counted = 0;
    }

    /// <summary>Forgets everything.</summary>
    public void Dispose()
    {
        Release();
        _keys?.Dispose();
        _values?.Dispose();
        (_keys, _values, _positions, _rows, Count) = (null, null, [], [], 0);
    }

    private static NativeFloats Grown(NativeFloats? block, long floats)
    {
        var grown = new NativeFloats(floats);
        if (block is not null)
        {
            Buffer.MemoryCopy(block.Pointer, grown.Pointer, grown.Count * sizeof(float), block.Count * sizeof(float));
            block.Dispose();
        }

        return grown;
    }
}
