using KvCompose.Conformance.Running;

namespace KvCompose.Conformance.Kinds.HeteroCache;

/// <summary>The kinds of the HeteroCache vectors.</summary>
public static class HeteroCacheFamily
{
    /// <summary>One entry a kind.</summary>
    public static IReadOnlyList<IVectorKind> Kinds { get; } =
    [
        new ProfileKind(),
        new ProfileSetsKind(),
        new StarKind(),
        new BudgetKind(),
        new ReorderKind(),
        new PrefillKind(),
        new DecodeKind(),
    ];
}
