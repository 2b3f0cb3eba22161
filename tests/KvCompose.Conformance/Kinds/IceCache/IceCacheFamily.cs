using KvCompose.Conformance.Running;

namespace KvCompose.Conformance.Kinds.IceCache;

/// <summary>The kinds of the IceCache vectors.</summary>
public static class IceCacheFamily
{
    /// <summary>One entry a kind.</summary>
    public static IReadOnlyList<IVectorKind> Kinds { get; } =
    [
        new GeneratorChecksKind(),
        new LevelsKind(),
        new PageSplitKind(),
        new TransformKind(),
        new TreeExactKind(),
        new BruteForceTruthKind(),
        new ReferenceQualityKind(),
        new InsertGqaCostTargetsKind(),
        new GqaUnionKind(),
        new PageDiffKind(),
        new SiblingsKind(),
    ];
}
