namespace KvCompose;

/// <summary>The part a key-value head plays.</summary>
public enum HeadRole
{
    /// <summary>Keeps what its budget allows; what is dropped does not return.</summary>
    Compressed,

    /// <summary>Keeps every token.</summary>
    Full,

    /// <summary>Keeps every token, and tells by the drift of its attention when its satellites need fresh ones.</summary>
    Pivot,

    /// <summary>Keeps what its budget allows; the rest waits in a backing store.</summary>
    Satellite,
}
