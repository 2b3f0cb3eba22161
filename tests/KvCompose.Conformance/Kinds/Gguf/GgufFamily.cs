using KvCompose.Conformance.Running;

namespace KvCompose.Conformance.Kinds.Gguf;

/// <summary>The kinds of the GGUF vectors.</summary>
public static class GgufFamily
{
    /// <summary>One entry a kind.</summary>
    public static IReadOnlyList<IVectorKind> Kinds { get; } =
    [
        new GgufBlocksKind(),
        new GgufFileKind(),
        new GgufSplitKind(),
        new GgufBadKind(),
        new GgufModelKind(),
    ];
}
