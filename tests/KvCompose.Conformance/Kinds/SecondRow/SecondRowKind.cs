using KvCompose.Conformance.Running;

namespace KvCompose.Conformance.Kinds.SecondRow;

/// <summary>A kind of these vectors: files name it in <c>kind</c>.</summary>
/// <param name="names">What the files call it; the first is its name.</param>
public abstract class SecondRowKind(params string[] names) : VectorKind
{
    /// <inheritdoc/>
    public override string Name => names[0];

    /// <inheritdoc/>
    public override bool Handles(VectorFile file) => file.Kind is { } kind && names.Contains(kind);
}
