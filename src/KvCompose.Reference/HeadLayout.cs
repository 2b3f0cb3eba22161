namespace KvCompose.Reference;

/// <summary>How the heads of one layer share keys. Query head h reads key-value head h / <see cref="Group"/>.</summary>
public sealed record HeadLayout
{
    /// <summary>Query heads, Hq.</summary>
    public int QueryHeads { get; }

    /// <summary>Key-value heads, Hkv.</summary>
    public int KeyValueHeads { get; }

    /// <summary>Elements of one query or key of a head, d.</summary>
    public int HeadDim { get; }

    /// <summary>Query heads of one key-value head, G.</summary>
    public int Group => QueryHeads / KeyValueHeads;

    /// <summary>Checks that the query heads divide evenly among the key-value heads.</summary>
    /// <exception cref="ArgumentException">They do not, or a number is below 1.</exception>
    public HeadLayout(int queryHeads, int keyValueHeads, int headDim)
    {
        if (queryHeads < 1 || keyValueHeads < 1 || headDim < 1 || queryHeads % keyValueHeads != 0)
        {
            throw new ArgumentException(
                $"{queryHeads} query heads, {keyValueHeads} key-value heads of dimension {headDim}: all at least 1, the first divisible by the second");
        }

        (QueryHeads, KeyValueHeads, HeadDim) = (queryHeads, keyValueHeads, headDim);
    }

    /// <summary>The rows [rows, d] of one head in a tensor [heads, rows, d].</summary>
    /// <exception cref="ArgumentException">The tensor is too short for that head.</exception>
    internal ReadOnlySpan<float> Head(ReadOnlySpan<float> tensor, int head, int rows)
    {
        int length = rows * HeadDim;
        return tensor.Length >= (head + 1) * length
            ? tensor.Slice(head * length, length)
            : throw new ArgumentException($"{tensor.Length} elements hold no head {head} of {rows} rows of {HeadDim}");
    }

    /// <summary>Rows of a tensor [heads, rows, d].</summary>
    /// <exception cref="ArgumentException">The length is no multiple of heads and head dimension.</exception>
    internal int Rows(ReadOnlySpan<float> tensor, int heads) => tensor.Length % (heads * HeadDim) == 0
        ? tensor.Length / (heads * HeadDim)
        : throw new ArgumentException($"{tensor.Length} elements are no whole rows of {heads} heads of dimension {HeadDim}");
}
