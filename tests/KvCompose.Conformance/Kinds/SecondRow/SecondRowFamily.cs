using KvCompose.Conformance.Running;

namespace KvCompose.Conformance.Kinds.SecondRow;

/// <summary>The kinds of the vectors of the second row of methods.</summary>
public static class SecondRowFamily
{
    /// <summary>One entry a kind.</summary>
    public static IReadOnlyList<IVectorKind> Kinds { get; } =
    [
        new CormKind(),
        new HadamardKind(),
        new VlCacheKind(),
        new LoadScheduleKind(),
        new LessStateKind(),
        new LessTraceKind(),
        new LessTrainingKind(),
        new QaqKind(),
        new ElasticKind(),
        new FastGenKind(),
        new RKvLayerKind(),
        new RKvTraceKind(),
        new DropKvKind(),
        new KeyformerKind(),
        new SqueezeKind(),
        new PyramidInferKind(),
        new ScissorhandsKind(),
        new DynamicKvKind(),
        new D2oTraceKind(),
        new D2oSharesKind(),
        new ScBenchScoreKind(),
        new ScBenchRepoQaKind(),
        new ScBenchPromptsKind(),
        new ScBenchSummaryKind(),
        new ScBenchTruncateKind(),
        new ScBenchSessionKind(),
    ];
}
