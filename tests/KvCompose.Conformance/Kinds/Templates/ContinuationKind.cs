using System.Text.Json;
using System.Text.Json.Nodes;
using KvCompose.Conformance.Reading;

namespace KvCompose.Conformance.Kinds.Templates;

/// <summary>Prompts that end inside the last message.</summary>
public sealed class ContinuationKind() : TemplateKind("templates.continue_final_message")
{
    /// <inheritdoc/>
    protected override void Check(JsonElement file, JsonElement @case, string folder)
    {
        JsonObject variables = JsonObject.Create(file.Field("variables"))!;
        variables["messages"] = JsonArray.Create(@case.Field("messages"));
        Compare(@case, @case.Text("template"), template => template.Render(Request(variables, Now(file)) with { ContinueFinalMessage = true }));
    }
}
