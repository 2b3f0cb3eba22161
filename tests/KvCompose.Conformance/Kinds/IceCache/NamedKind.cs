using KvCompose.Conformance.Running;

namespace KvCompose.Conformance.Kinds.IceCache;

/// <summary>The IceCache vectors carry no kind: a file's name begins with it.</summary>
public abstract class NamedKind : VectorKind
{
    /// <inheritdoc/>
    public sealed override bool Handles(VectorFile file)
        => file.Kind is null && (file.Name == Name || file.Name.StartsWith(Name + "_", StringComparison.Ordinal));
}
