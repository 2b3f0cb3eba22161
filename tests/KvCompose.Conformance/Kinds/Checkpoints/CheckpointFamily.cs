using KvCompose.Conformance.Running;

namespace KvCompose.Conformance.Kinds.Checkpoints;

/// <summary>The kinds of the vectors of real checkpoints that concern logits.</summary>
public static class CheckpointFamily
{
    /// <summary>One entry a kind.</summary>
    public static IReadOnlyList<IVectorKind> Kinds { get; } =
    [
        new CheckpointLogitsKind(), new CheckpointFullLogitsKind(), new CheckpointTeacherKind(), new CheckpointGreedyKind(),
    ];
}
