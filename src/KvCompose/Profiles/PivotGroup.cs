using System.Collections.Immutable;

namespace KvCompose;

/// <summary>A pivot and the heads of its layer that are refreshed on its signal.</summary>
/// <param name="pivot">Key-value head at the centre.</param>
/// <param name="satellites">Key-value heads similar to the pivot.</param>
public sealed class PivotGroup(int pivot, params IEnumerable<int> satellites)
{
    /// <summary>Key-value head at the centre.</summary>
    public int Pivot { get; } = pivot;

    /// <summary>Key-value heads similar to the pivot.</summary>
    public ImmutableArray<int> Satellites { get; } = [.. satellites];
}
