using System.Text.Json;
using KvCompose.Conformance.Reading;

namespace KvCompose.Conformance.Kinds.Templates;

/// <summary>A whole template and its result with each set of variables.</summary>
public sealed class ChatKind() : TemplateKind("templates.chat")
{
    /// <inheritdoc/>
    protected override void Check(JsonElement file, JsonElement @case, string folder) =>
        Compare(@case, file.Text("template"), template => template.Render(Request(Context(file, @case, folder), Now(file))));
}
