namespace KvCompose.Reference.HeteroCache;

/// <summary>The rows of a layer's page pool: keys, values, and the position that each row holds.</summary>
/// <param name="rows">Pages times tokens of a page.</param>
/// <param name="headDim">d.</param>
public sealed class PageRows(int rows, int headDim)
{
    /// <summary>Position of a row that was never written.</summary>
    public const int Unwritten = -1;

    private readonly float[] keys = new float[rows * headDim];
    private readonly float[] values = new float[rows * headDim];
    private readonly int[] positions = [.. Enumerable.Repeat(Unwritten, rows)];

    /// <summary>Key of a row.</summary>
    public ReadOnlySpan<float> Key(int row) => keys.AsSpan(row * headDim, headDim);

    /// <summary>Value of a row.</summary>
    public ReadOnlySpan<float> Value(int row) => values.AsSpan(row * headDim, headDim);

    /// <summary>Position in the sequence of the token in a row.</summary>
    public int Position(int row) => positions[row];

    /// <summary>Writes one token.</summary>
    public void Write(int row, int position, ReadOnlySpan<float> key, ReadOnlySpan<float> value)
    {
        key.CopyTo(keys.AsSpan(row * headDim, headDim));
        value.CopyTo(values.AsSpan(row * headDim, headDim));
        positions[row] = position;
    }
}
