using System.Text.Json;
using System.Text.Json.Nodes;
using KvCompose.Conformance.Reading;

namespace KvCompose.Conformance.Kinds.Templates;

/// <summary>Short templates, all with one set of variables.</summary>
public sealed class SnippetsKind() : TemplateKind("templates.snippets")
{
    /// <inheritdoc/>
    protected override void Check(JsonElement file, JsonElement @case, string folder)
    {
        JsonObject variables = JsonObject.Create(file.Field("context"))!;
        Compare(@case, @case.Text("template"), template => template.Render(Request(variables, Now(file))));
    }
}
