using System.Collections.Immutable;
using KvCompose.Residency.HostCopies;

namespace KvCompose.Residency.HeteroCache;

/// <summary>The pivot groups of one layer of one sequence: collected head by head while the prompt is stored, complete when all of it is.</summary>
internal sealed partial class LayerPivotGroups
{
    private readonly List<HostKvCopy> _satellites = [];
    private readonly List<PivotReference> _pivots = [];
    private int[] _positions = [];

    /// <summary>Groups with a satellite that left tokens out, in the profile's order.</summary>
    public MonitoredPivotGroup[] Groups { get; private set; } = [];

    /// <summary>Rows of the layer's prompt.</summary>
    public PromptRange Range { get; private set; }

    /// <summary>Whether a head of the prompt was placed.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>Begins a prompt.</summary>
    public void Begin(PromptRange range, ReadOnlySpan<int> positions)
    {
        Range = range;
        _positions = positions.ToArray();
        HasBegun = true;
    }

    /// <summary>Takes a satellite, with its memory.</summary>
    public void Add(HostKvCopy satellite) => _satellites.Add(satellite);

    /// <summary>Takes a pivot.</summary>
    public void Add(PivotReference pivot) => _pivots.Add(pivot);

    /// <summary>The group of a pivot, or null.</summary>
    public MonitoredPivotGroup? OfPivot(int head)
    {
        foreach (MonitoredPivotGroup group in Groups)
        {
            if (group.Pivot == head)
            {
                return group;
            }
        }

        return null;
    }

    /// <summary>Makes the pivot groups of what was collected.</summary>
    /// <param name="groups">Of the layer, in the profile's order.</param>
    /// <param name="settings">Of the tier.</param>
    public void Complete(ImmutableArray<PivotGroup> groups, PivotGroupSettings settings)
    {
        var complete = new List<MonitoredPivotGroup>();
        for (int visited = 0; visited < groups.Length; visited++)
        {
            HostKvCopy[] own = [.. _satellites.Where(satellite => groups[visited].Satellites.Contains(satellite.Head))];
            if (own.Length > 0 && ReferenceOf(groups, visited, settings) is { } reference)
            {
                complete.Add(new MonitoredPivotGroup(settings, reference, own, Range, _positions));
                _satellites.RemoveAll(satellite => own.Contains(satellite));
            }
        }

        Groups = [.. complete];
        Release();
    }

    /// <summary>Gives everything back.</summary>
    public void Clear()
    {
        Array.ForEach(Groups, static group => group.Dispose());
        Groups = [];
        HasBegun = false;
        Release();
    }

    /// <summary>Defect A of the published code: the pivot group visited i-th starts with the set of the i-th pivot.</summary>
    private PivotReference? ReferenceOf(ImmutableArray<PivotGroup> groups, int visited, PivotGroupSettings settings)
    {
        int pivot = groups[visited].Pivot;
        if (_pivots.Find(candidate => candidate.Head == pivot) is not { } own)
        {
            return null;
        }

        return (settings.Defects & PublishedDefects.SlotMismatch) == 0
            ? own
            : own with { Mask = [.. _pivots[visited].Mask] };
    }

    /// <summary>What belongs to no pivot group.</summary>
    private void Release()
    {
        _satellites.ForEach(static satellite => satellite.Dispose());
        _satellites.Clear();
        _pivots.Clear();
    }
}
