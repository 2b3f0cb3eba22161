namespace KvCompose;

/// <summary>The line along which the retentions of a decode step are pooled.</summary>
public enum PoolingOrder
{
    /// <summary>No pooling: every token stands for itself.</summary>
    None,

    /// <summary>By position.</summary>
    Positional,

    /// <summary>
    /// As the tokens were last ranked: by position after a prompt that was kept whole, by score after any other, by retention after every
    /// eviction. The window comes last.
    /// </summary>
    Physical,
}
