using KvCompose.Conformance.Running;

namespace KvCompose.Conformance.Kinds.Cake;

/// <summary>The kinds of the Cake vectors.</summary>
public static class CakeFamily
{
    /// <summary>One entry a kind.</summary>
    public static IReadOnlyList<IVectorKind> Kinds { get; } =
    [
        new CakeAdjustKind(),
        new CakeLedgerKind(),
        new CakePipelineKind(),
    ];
}
