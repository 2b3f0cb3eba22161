using System.Text.Json;

namespace KvCompose.Conformance.Running;

/// <summary>A kind that checks case by case: every case is run, the first one that fails is reported.</summary>
public abstract class VectorKind : IVectorKind
{
    /// <inheritdoc/>
    public abstract string Name { get; }

    /// <inheritdoc/>
    public abstract bool Handles(VectorFile file);

    /// <summary>The cases of this kind in the file; without an override all of <see cref="VectorFile.Cases"/>.</summary>
    protected virtual IEnumerable<JsonElement> CasesIn(VectorFile file) => file.Cases;

    /// <summary>Runs one case. Whatever it throws is the case's failure.</summary>
    protected abstract void Check(JsonElement @case);

    /// <inheritdoc/>
    public VectorResult Run(VectorFile file) => CaseLoop.Run(CasesIn(file), Check);
}
