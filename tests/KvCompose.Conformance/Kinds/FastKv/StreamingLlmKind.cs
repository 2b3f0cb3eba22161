using System.Text.Json;
using KvCompose.Conformance.Reading;
using KvCompose.Reference;

namespace KvCompose.Conformance.Kinds.FastKv;

/// <summary>StreamingLLM in one layer; its inputs are not needed.</summary>
public sealed class StreamingLlmKind : SelectorKind
{
    /// <inheritdoc/>
    public override string Name => "streamingllm.layer";

    /// <inheritdoc/>
    protected override void Check(JsonElement @case)
    {
        JsonElement parameters = @case.Field("params");
        int tokens = CaseParameters.Tokens(@case), sinks = parameters.Int("sinks", 4);
        int heads = @case.Field("expected").OptionalText("head_axis") == "query"
            ? CaseParameters.Layout(@case).QueryHeads
            : CaseParameters.Layout(@case).KeyValueHeads;
        SelectionCheck.Batched(@case, sinks, 0, _ =>
        {
            int capacity = CaseParameters.Retention(parameters).Of(tokens);
            int[] kept = Reference.StreamingLlm.Keep(tokens, sinks, capacity);

            // No scores exist; empty ones say that a choice was made.
            double[][]? scores = tokens >= capacity && capacity > sinks ? [.. Enumerable.Repeat(Array.Empty<double>(), heads)] : null;
            return new TokenSelection(scores, [.. Enumerable.Repeat(kept, heads)]);
        });
    }
}
