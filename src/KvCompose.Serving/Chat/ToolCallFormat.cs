using System.Text.Json;
using System.Text.Json.Nodes;
using KvCompose.Models.Chat;
using KvCompose.Models.Templates;

namespace KvCompose.Serving.Chat;

/// <summary>
/// How a model's template writes calls of tools, found by rendering one: a JSON object with name and arguments between two texts. Models write their calls
/// as their template shows them past ones.
/// </summary>
/// <param name="Opening">What stands before the object, without white space around it; may be empty.</param>
/// <param name="Closing">What stands behind it, without white space around it; may be empty.</param>
/// <param name="Name">The member with the function's name.</param>
/// <param name="Arguments">The member with the arguments.</param>
internal sealed record ToolCallFormat(string Opening, string Closing, string Name, string Arguments)
{
    private const string Function = "kvc_probe_function";
    private const string Argument = "kvc_probe_argument";

    /// <summary>The format of a template; null if it is not told of tools, or writes calls in another way than as JSON objects.</summary>
    public static ToolCallFormat? Of(ChatFormat format)
    {
        var tools = new JsonArray(new JsonObject
        {
            ["type"] = "function",
            ["function"] = new JsonObject
            {
                ["name"] = Function,
                ["description"] = "probe",
                ["parameters"] = new JsonObject
                {
                    ["type"] = "object",
                    ["properties"] = new JsonObject { [Argument] = new JsonObject { ["type"] = "string" } }
                },
            },
        });
        JsonObject call = ChatTurns.ToolCalls((Function, new JsonObject { [Argument] = "v" }, "123456789"));
        try
        {
            if (Render(format, [ChatTurns.User("x")], tools, begins: false) == Render(format, [ChatTurns.User("x")], null, begins: false))
            {
                return null;
            }

            string before = Render(format, [ChatTurns.User("x")], tools, begins: true);
            string with = Render(format, [ChatTurns.User("x"), call], tools, begins: false);
            string turnEnd = format.Template.FindTurnEnd(format.SpecialTokens) ?? "";
            int start = before.AsSpan().CommonPrefixLength(with);
            return Read(with[start..], turnEnd);
        }
        catch (ChatTemplateException)
        {
            return null; // The template has no calls.
        }
    }

    /// <summary>The format of a model whose template knows none, for answers that have to be calls.</summary>
    public static ToolCallFormat Plain { get; } = new("", "", "name", "arguments");

    private static string Render(ChatFormat format, IReadOnlyList<JsonObject> messages, JsonArray? tools, bool begins)
        => format.Template.Render(new ChatPromptRequest
        {
            Messages = messages,
            Tools = tools,
            AddGenerationPrompt = begins,
            SpecialTokens = format.SpecialTokens,
            Now = new DateTime(2025, 1, 1, 0, 0, 0, DateTimeKind.Unspecified),
        }).Text;

    private static ToolCallFormat? Read(string written, string turnEnd)
    {
        int open = written.IndexOf('{', StringComparison.Ordinal);
        if (open < 0 || JsonSpan.End(written, open) is not { } end)
        {
            return null;
        }

        try
        {
            if (JsonNode.Parse(written[open..end]) is not JsonObject fields)
            {
                return null;
            }

            string? name = fields.FirstOrDefault(static field => field.Value is JsonValue value && value.TryGetValue(out string? text)
                && text == Function).Key;
            string? arguments = fields.FirstOrDefault(static field => field.Value is JsonObject value && value.ContainsKey(Argument)).Key;
            string closing = written[end..];
            int turn = turnEnd.Length == 0 ? -1 : closing.IndexOf(turnEnd.Trim(), StringComparison.Ordinal);
            closing = turn >= 0 ? closing[..turn] : closing;
            return name is null || arguments is null ? null : new ToolCallFormat(written[..open].Trim(), closing.Trim(), name, arguments);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
