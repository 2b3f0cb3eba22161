namespace KvCompose;

/// <summary>Facts of a token selection (<see cref="ITokenSelection{TSelf}"/>, <see cref="IDecodeEviction{TSelf}"/>).</summary>
public sealed class TokenSelectionFactsAttribute : ScoringFactsAttribute
{
    /// <summary>
    /// Whether all key-value heads of a layer have the same scores: those of the heads, reduced as the query heads of a group are. They then keep the
    /// same tokens.
    /// </summary>
    public bool SharesScores { get; set; }
}
