namespace KvCompose;

/// <summary>Keeps every token: the baseline that every other pipeline is measured against.</summary>
[TokenSelectionFacts(Source = "exact attention over the whole cache")]
public readonly struct FullCache : ITokenSelection<FullCache>
{
    /// <inheritdoc/>
    public static float Score(in FullCache options, in TokenStatistics token) => 0;
}

/// <summary>Declares <see cref="FullCache"/>.</summary>
public sealed class FullCacheAttribute : TokenSelectionAttribute<FullCache>;
