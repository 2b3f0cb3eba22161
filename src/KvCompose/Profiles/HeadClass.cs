namespace KvCompose;

/// <summary>The role of a key-value head in HeteroCache; the numbers are those of the profile file.</summary>
public enum HeadClass
{
    /// <summary>Similar to no other head and stable: its prompt is compressed once and never refreshed.</summary>
    Anchor = 1,

    /// <summary>Similar to no other head and unstable: its prompt stays whole.</summary>
    Volatile = 2,

    /// <summary>Centre of a star of similar heads: its prompt stays whole and it watches for drift.</summary>
    Pivot = 3,

    /// <summary>Similar to its pivot: its prompt is compressed and refreshed from a backing store when the pivot drifts.</summary>
    Satellite = 4,
}
