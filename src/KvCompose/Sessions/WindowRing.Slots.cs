using KvCompose.Attention;
using KvCompose.Memory;

namespace KvCompose.Sessions;

/// <summary>The slots of a window: keys in tiles of 16, values in rows.</summary>
internal sealed unsafe partial class WindowRing
{
    /// <summary>Takes out all tokens up to a position. One of their slots stays open for the token that comes; others are filled.</summary>
    private void Leave(int last)
    {
        int open = _positions.AsSpan(0, Tokens).IndexOfAnyInRange(int.MinValue, last);
        _latest = (open, _positions[open], HasLost);
        for (int head = 0; head < _heads; head++)
        {
            Read(head, open, _left.AsSpan(head * _headDim, _headDim), _left.AsSpan((_heads + head) * _headDim, _headDim));
        }

        for (int slot = Tokens - 1; slot > open; slot--)
        {
            if (_positions[slot] <= last)
            {
                Tokens--;
                Move(Tokens, slot);
            }
        }

        _positions[open] = int.MaxValue;
        HasLost = true;
        _oldest = Oldest();
    }

    private void Resize(int capacity)
    {
        _pool.CountOutsidePages(2L * (capacity - _capacity) * _heads * _headDim * sizeof(float));
        NativeFloats? floats = capacity == 0 ? null : new NativeFloats(2L * capacity * _heads * _headDim);
        int from = _capacity * _headDim, to = capacity * _headDim, stays = Math.Min(from, to);
        for (int part = 0; part < 2 * _heads && stays > 0; part++)
        {
            new ReadOnlySpan<float>(_floats!.Pointer + ((nint)part * from), stays).CopyTo(new Span<float>(floats!.Pointer + ((nint)part * to), stays));
        }

        _floats?.Dispose();
        Array.Resize(ref _positions, capacity);
        (_floats, _capacity) = (floats, capacity);
    }

    private void Move(int from, int to)
    {
        var key = new float[_headDim];
        for (int head = 0; head < _heads && from != to; head++)
        {
            Span<float> value = new(Values(head) + ((nint)to * _headDim), _headDim);
            Read(head, from, key, value);
            float* column = Column(head, to);
            for (int i = 0; i < _headDim; i++)
            {
                column[i * KeyTiles.Tokens] = key[i];
            }
        }

        _positions[to] = _positions[from];
    }

    private void Write(int slot, float* keys, float* values)
    {
        for (int head = 0; head < _heads; head++)
        {
            float* column = Column(head, slot);
            float* key = keys + (head * _headDim);
            for (int i = 0; i < _headDim; i++)
            {
                column[i * KeyTiles.Tokens] = key[i];
            }

            new ReadOnlySpan<float>(values + (head * _headDim), _headDim).CopyTo(new Span<float>(Values(head) + ((nint)slot * _headDim), _headDim));
        }
    }

    private void Read(int head, int slot, Span<float> key, Span<float> value)
    {
        float* column = Column(head, slot);
        for (int i = 0; i < _headDim; i++)
        {
            key[i] = column[i * KeyTiles.Tokens];
        }

        new ReadOnlySpan<float>(Values(head) + ((nint)slot * _headDim), _headDim).CopyTo(value);
    }

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
}
