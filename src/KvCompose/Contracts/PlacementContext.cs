namespace KvCompose;

/// <summary>The tokens of one key-value head that the selection does not keep, while all can still be read.</summary>
public readonly unsafe ref struct PlacementContext
{
    /// <summary>The sequence, 0-based.</summary>
    public int Sequence { get; init; }

    /// <summary>The layer, 0-based.</summary>
    public int Layer { get; init; }

    /// <summary>The key-value head, 0-based.</summary>
    public int Head { get; init; }

    /// <summary>The part that the head plays.</summary>
    public HeadRole Role { get; init; }

    /// <summary>
    /// Tokens that the head role gave the head, whatever the head keeps for other reasons; for a pivot, the tokens that it is to watch.
    /// The layer's budget where no stage gives roles.
    /// </summary>
    public int Budget { get; init; }

    /// <summary>
    /// Scores of the head's tokens after pooling and reduction, those of the window left out. Empty unless the facts need
    /// <see cref="StageProducts.TokenScores"/>.
    /// </summary>
    public ReadOnlySpan<float> Scores { get; init; }

    /// <summary>Elements of one key or value, d.</summary>
    public int HeadDim { get; init; }

    /// <summary>Rows of the prompt that leave, ascending.</summary>
    public ReadOnlySpan<int> Rows { get; init; }

    /// <summary>Prompt positions of all rows that reached the layer.</summary>
    public ReadOnlySpan<int> Positions { get; init; }

    /// <summary>The head's keys in tiles of 16 rows, d-major: [⌈n/16⌉][d][16].</summary>
    public float* KeyTiles { get; init; }

    /// <summary>The head's values; row r begins at r · <see cref="ValueStride"/>.</summary>
    public float* Values { get; init; }

    /// <summary>Elements between two rows of <see cref="Values"/>.</summary>
    public int ValueStride { get; init; }

    /// <summary>
    /// Rotated queries of the observed rows at the prompt's end under the head's query heads, [G, <see cref="WindowStride"/>, d], multiplied by
    /// log2(e)/√d; null where no rows are observed.
    /// </summary>
    public float* WindowQueries { get; init; }

    /// <summary>Rows from one query head of <see cref="WindowQueries"/> to the next.</summary>
    public int WindowStride { get; init; }

    /// <summary>Observed rows at the prompt's end.</summary>
    public int WindowRows { get; init; }
}
