using System.Text.Json.Nodes;

namespace KvCompose.Models.Templates;

/// <summary>Continuing the last message: its text gets a tag, and the rendered prompt ends where the tag stands.</summary>
internal static class FinalMessage
{
    private const string Tag = "CONTINUE_FINAL_MESSAGE_TAG ";

    /// <summary>The messages with the tag in the last one, and the last one's own text.</summary>
    public static (IReadOnlyList<JsonObject> Messages, string Content) Mark(IReadOnlyList<JsonObject> messages)
    {
        if (messages.Count == 0)
        {
            throw Fail("there is no message");
        }

        var last = (JsonObject)messages[^1].DeepClone();
        string? content;
        if (TextOf(last["content"]) is { } text)
        {
            content = text;
            last["content"] = text + Tag;
        }
        else
        {
            JsonObject? part = (last["content"] as JsonArray)?.OfType<JsonObject>().LastOrDefault(item => item.ContainsKey("text"));
            content = part is null ? null : TextOf(part["text"]);
            if (content is not null)
            {
                part!["text"] = content + Tag;
            }
        }

        return content is null
            ? throw Fail("the final message has no text")
            : ([.. messages.Take(messages.Count - 1), last], content);
    }

    /// <summary>Where the prompt ends, and whether white space at that end goes.</summary>
    public static int End(string rendered, string content)
    {
        string tag = Tag.Trim();
        int end = rendered.LastIndexOf(tag, StringComparison.Ordinal);
        if (end < 0 || !rendered.Contains(Strip(content), StringComparison.Ordinal))
        {
            throw Fail("the template leaves the final message out");
        }

        bool trimmed = string.CompareOrdinal(rendered, end, Tag, 0, Tag.Length) != 0;
        while (trimmed && end > 0 && Values.Space.Is(rendered[end - 1]))
        {
            end--;
        }

        return end;
    }

    private static string Strip(string text) => Functions.TextParts.Strip(Values.Text.Of(text), null).Value;

    private static string? TextOf(JsonNode? node) => node is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    private static ChatTemplateException Fail(string why) => new(ChatTemplateErrorKind.FinalMessage, why, 0, 0);
}
