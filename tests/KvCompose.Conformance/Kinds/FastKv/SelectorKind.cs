using System.Text.Json;
using KvCompose.Conformance.Reading;
using KvCompose.Conformance.Running;

namespace KvCompose.Conformance.Kinds.FastKv;

/// <summary>A kind of the FastKV vectors, whose files hold cases that name their kind one by one.</summary>
public abstract class SelectorKind : VectorKind
{
    /// <inheritdoc/>
    public override bool Handles(VectorFile file) => CasesIn(file).Any();

    /// <inheritdoc/>
    protected override IEnumerable<JsonElement> CasesIn(VectorFile file) =>
        file.Cases.Where(@case => @case.OptionalText("kind") == Name);
}
