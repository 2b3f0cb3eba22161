namespace KvCompose;

/// <summary>Facts of a token selection (<see cref="ITokenSelection{TSelf}"/>, <see cref="IDecodeEviction{TSelf}"/>).</summary>
public sealed class TokenSelectionFactsAttribute : ScoringFactsAttribute;
