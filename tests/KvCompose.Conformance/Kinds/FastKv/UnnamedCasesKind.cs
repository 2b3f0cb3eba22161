using System.Text.Json;
using KvCompose.Conformance.Reading;
using KvCompose.Conformance.Running;

namespace KvCompose.Conformance.Kinds.FastKv;

/// <summary>Finds the cases of a FastKV file that do not say what they are: the file is malformed, not unknown.</summary>
public sealed class UnnamedCasesKind : VectorKind
{
    /// <inheritdoc/>
    public override string Name => "kvcompose-vectors";

    /// <inheritdoc/>
    public override bool Handles(VectorFile file) =>
        file.Root.OptionalText("schema")?.StartsWith("kvcompose-vectors/", StringComparison.Ordinal) == true && CasesIn(file).Any();

    /// <inheritdoc/>
    protected override IEnumerable<JsonElement> CasesIn(VectorFile file) =>
        file.Cases.Where(@case => @case.OptionalText("kind") is null);

    /// <inheritdoc/>
    protected override void Check(JsonElement @case) => @case.Text("kind");
}
