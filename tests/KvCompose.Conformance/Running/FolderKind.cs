using System.Text.Json;

namespace KvCompose.Conformance.Running;

/// <summary>A kind whose cases name files beside their own: recognised by the top-level <c>kind</c>.</summary>
public abstract class FolderKind : IVectorKind
{
    /// <inheritdoc/>
    public abstract string Name { get; }

    /// <inheritdoc/>
    public bool Handles(VectorFile file) => file.Kind == Name;

    /// <summary>Runs one case. Whatever it throws is the case's failure.</summary>
    /// <param name="case">The case.</param>
    /// <param name="folder">The folder of its file.</param>
    protected abstract void Check(JsonElement @case, string folder);

    /// <inheritdoc/>
    public virtual VectorResult Run(VectorFile file)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(file.Path))!;
        return CaseLoop.Run(file.Cases, @case => Check(@case, folder));
    }
}
