using System.Text.Json;
using KvCompose.Conformance.Comparing;
using KvCompose.Conformance.Reading;
using KvCompose.Models.Templates;

namespace KvCompose.Conformance.Kinds.Templates;

/// <summary>Results with the spans of their generation blocks.</summary>
public sealed class GenerationKind() : TemplateKind("templates.generation")
{
    /// <inheritdoc/>
    protected override void Check(JsonElement file, JsonElement @case, string folder)
    {
        ChatPrompt? prompt = Compare(
            @case, @case.Text("template"), template => template.Render(Request(Context(file, @case, folder), Now(file))));
        if (prompt is null)
        {
            return;
        }

        int[] expected = [.. @case.List("spans").SelectMany(span => span.AsInts("span"))];
        int[] spans = [.. prompt.Generations.SelectMany(span => new[] { span.Start.Value, span.End.Value })
            .Select(offset => prompt.Text[..offset].EnumerateRunes().Count())];
        Expect.Equal<int>(expected, spans, "spans");
    }
}
