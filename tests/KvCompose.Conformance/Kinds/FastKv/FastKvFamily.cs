using KvCompose.Conformance.Running;

namespace KvCompose.Conformance.Kinds.FastKv;

/// <summary>The kinds of the FastKv vectors.</summary>
public static class FastKvFamily
{
    /// <summary>One entry a kind.</summary>
    public static IReadOnlyList<IVectorKind> Kinds { get; } =
    [
    ];
}
