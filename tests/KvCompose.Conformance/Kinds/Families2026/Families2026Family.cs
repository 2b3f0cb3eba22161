using KvCompose.Conformance.Running;

namespace KvCompose.Conformance.Kinds.Families2026;

/// <summary>The kinds of the vectors of the families of 2026.</summary>
public static class Families2026Family
{
    /// <summary>One entry a kind.</summary>
    public static IReadOnlyList<IVectorKind> Kinds { get; } =
        [new LogitsKind(), new EvictionKind(), new GgufIndexKind(), new OtherReadingKind()];
}
