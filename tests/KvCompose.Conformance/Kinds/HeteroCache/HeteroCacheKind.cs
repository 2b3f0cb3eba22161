using KvCompose.Conformance.Running;

namespace KvCompose.Conformance.Kinds.HeteroCache;

/// <summary>A kind of this family: files name it in <c>family</c>.</summary>
/// <param name="name">What the files call it.</param>
public abstract class HeteroCacheKind(string name) : VectorKind
{
    /// <inheritdoc/>
    public override string Name => name;

    /// <inheritdoc/>
    public override bool Handles(VectorFile file) => (file.Family ?? file.Kind) == name;
}
