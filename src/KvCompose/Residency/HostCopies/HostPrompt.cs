using KvCompose.Attention;
using KvCompose.Memory;

namespace KvCompose.Residency.HostCopies;

/// <summary>The prompt of one key-value head in host memory: rotated keys and values, one token after the other, [n, 2, d].</summary>
internal sealed unsafe class HostPrompt : IDisposable
{
    private readonly NativeFloats _rows;
    private readonly int _rowFloats;

    /// <summary>Copies the whole prompt of a head, resident tokens too: any of them may leave and return.</summary>
    public HostPrompt(in PlacementContext context)
    {
        int d = context.HeadDim, tokens = context.Positions.Length;
        _rowFloats = 2 * d;
        _rows = new NativeFloats((long)tokens * _rowFloats);
        for (int row = 0; row < tokens; row++)
        {
            float* target = _rows.Pointer + ((nint)row * _rowFloats);
            float* column = context.KeyTiles + ((nint)(row / KeyTiles.Tokens) * KeyTiles.Tokens * d) + (row % KeyTiles.Tokens);
            for (int i = 0; i < d; i++)
            {
                target[i] = column[i * KeyTiles.Tokens];
            }

            new ReadOnlySpan<float>(context.Values + ((nint)row * context.ValueStride), d).CopyTo(new Span<float>(target + d, d));
        }
    }

    /// <summary>Makes room for a prompt, whose rows follow.</summary>
    public HostPrompt(int tokens, int headDim)
    {
        _rowFloats = 2 * headDim;
        _rows = new NativeFloats((long)tokens * _rowFloats);
    }

    /// <summary>A token's key and value, [2, d].</summary>
    public Span<float> Row(int row) => new(_rows.Pointer + ((nint)row * _rowFloats), _rowFloats);

    /// <summary>Bytes that the prompt of a head takes.</summary>
    public static long BytesOf(int tokens, int headDim) => 2L * tokens * headDim * sizeof(float);

    /// <summary>Copies a token's key and value, [2, d].</summary>
    /// <exception cref="ObjectDisposedException">The copy was given back.</exception>
    public void CopyTo(int row, float* target)
        => Row(row).CopyTo(new Span<float>(target, _rowFloats));

    /// <inheritdoc/>
    public void Dispose() => _rows.Dispose();
}
