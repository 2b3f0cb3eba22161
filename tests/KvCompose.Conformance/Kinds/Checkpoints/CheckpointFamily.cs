using KvCompose.Conformance.Running;

namespace KvCompose.Conformance.Kinds.Checkpoints;

/// <summary>The kinds of the vectors of real checkpoints of more than tokens alone.</summary>
public static class CheckpointFamily
{
    /// <summary>One entry a kind.</summary>
    public static IReadOnlyList<IVectorKind> Kinds { get; } =
    [
        new CheckpointLogitsKind(), new CheckpointFullLogitsKind(), new CheckpointTeacherKind(), new CheckpointGreedyKind(),
        new CheckpointConversationsKind(),
    ];
}
