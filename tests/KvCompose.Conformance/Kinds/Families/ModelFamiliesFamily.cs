using KvCompose.Conformance.Running;

namespace KvCompose.Conformance.Kinds.Families;

/// <summary>The kinds of the vectors of model families.</summary>
public static class ModelFamiliesFamily
{
    /// <summary>One entry a kind.</summary>
    public static IReadOnlyList<IVectorKind> Kinds { get; } = [new FamilyLogitsKind(), new ConfigRefuseKind(), new ConfigAcceptKind()];
}
