using KvCompose.Conformance.Running;

namespace KvCompose.Conformance.Kinds.KvPress;

/// <summary>The kinds of the vectors that were made with the package kvpress.</summary>
public static class KvPressFamily
{
    /// <summary>One entry a kind.</summary>
    public static IReadOnlyList<IVectorKind> Kinds { get; } =
    [
        new PressKind(),
        new LayerScoresKind(),
        new KvZipKind(),
        new KvComposeKind(),
        new DecodingKind(),
        new ThresholdDecodingKind(),
        new KeptCountKind(),
        new PyramidBudgetsKind(),
    ];
}
