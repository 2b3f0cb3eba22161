namespace KvCompose;

/// <summary>The shape of what a stage leaves in the cache. Ordered: a later layout carries every earlier one.</summary>
public enum CacheLayout
{
    /// <summary>Every key-value head of a layer holds equally many tokens.</summary>
    Uniform,

    /// <summary>Heads of one layer hold different numbers of tokens.</summary>
    Ragged,

    /// <summary>Pages may be partly filled; every page has its own count of valid tokens.</summary>
    Paged,

    /// <summary>Pages move between tiers while decoding.</summary>
    Tiered,
}
