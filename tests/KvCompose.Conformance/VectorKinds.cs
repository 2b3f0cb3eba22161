using KvCompose.Conformance.Kinds.Cake;
using KvCompose.Conformance.Kinds.Checkpoints;
using KvCompose.Conformance.Kinds.Families;
using KvCompose.Conformance.Kinds.Families2026;
using KvCompose.Conformance.Kinds.FastKv;
using KvCompose.Conformance.Kinds.Gguf;
using KvCompose.Conformance.Kinds.HeteroCache;
using KvCompose.Conformance.Kinds.IceCache;
using KvCompose.Conformance.Kinds.KvPress;
using KvCompose.Conformance.Kinds.SecondRow;
using KvCompose.Conformance.Kinds.Templates;
using KvCompose.Conformance.Kinds.Tokenizers;
using KvCompose.Conformance.Running;

namespace KvCompose.Conformance;

/// <summary>Every kind of vector file that the runner knows, family by family.</summary>
public static class VectorKinds
{
    /// <summary>All kinds.</summary>
    public static IReadOnlyList<IVectorKind> All { get; } =
    [
        .. FastKvFamily.Kinds,
        .. CakeFamily.Kinds,
        .. HeteroCacheFamily.Kinds,
        .. IceCacheFamily.Kinds,
        .. TokenizersFamily.Kinds,
        .. GgufFamily.Kinds,
        .. TemplateFamily.Kinds,
        .. ModelFamiliesFamily.Kinds,
        .. Families2026Family.Kinds,
        .. CheckpointFamily.Kinds,
        .. KvPressFamily.Kinds,
        .. SecondRowFamily.Kinds,
    ];
}
