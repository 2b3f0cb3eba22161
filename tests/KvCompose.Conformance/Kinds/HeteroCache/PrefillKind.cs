using System.Text.Json;
using KvCompose.Conformance.Reading;
using KvCompose.Reference.HeteroCache;

namespace KvCompose.Conformance.Kinds.HeteroCache;

/// <summary>What is kept of a prompt, and in which pages.</summary>
public sealed class PrefillKind() : HeteroCacheKind("prefill")
{
    /// <inheritdoc/>
    protected override void Check(JsonElement @case)
    {
        var inputs = new RunInputs(@case);
        HeteroLayer[] layers = [.. Enumerable.Range(0, inputs.Profile.Layers).Select(layer =>
            new HeteroLayer(inputs.Settings(PublishedDefects.ReferenceExact), inputs.Profile, layer, inputs.Prompt(layer)))];
        PrefillExpectation.Check(@case, @case.Field("expected"), inputs.Profile, layers);
    }
}
