namespace KvCompose;

/// <summary>
/// The class that HeteroCache's calibration finds for a key-value head; the numbers are those of the profile file. A session gives each class a
/// <c>HeadRole</c>: anchors are compressed, volatile heads full, pivots and satellites what their names say.
/// </summary>
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
