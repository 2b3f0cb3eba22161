using KvCompose.Conformance.Running;

namespace KvCompose.Conformance.Kinds.FastKv;

/// <summary>The kinds of the FastKV vectors: FastKV and the selectors it is composed or compared with.</summary>
public static class FastKvFamily
{
    /// <summary>One entry a kind.</summary>
    public static IReadOnlyList<IVectorKind> Kinds { get; } =
    [
        new SnapKvKind(),
        new StreamingLlmKind(),
        new H2oKind(),
        new PyramidKvKind(),
        new AdaKvKind(),
        new HeadKvKind(),
        new GemFilterKind(),
        new FastKvLayerKind(),
        new FastKvPipelineKind(),
        new FastKvEndToEndKind(),
        new FastKvCapacityTableKind(),
        new UnnamedCasesKind(),
    ];
}
