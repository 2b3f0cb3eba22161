using System.Text;
using System.Text.Json.Nodes;
using KvCompose.Models.Templates;
using Microsoft.Extensions.AI;

namespace KvCompose.Extensions.AI.Mapping;

/// <summary>Makes messages for templates.</summary>
internal static class MessageReader
{
    /// <summary>Reads messages. A message with several results of tools becomes one message for each.</summary>
    /// <exception cref="NotSupportedException">A content is neither text nor a call or result of a tool.</exception>
    public static List<JsonObject> Read(IEnumerable<ChatMessage> messages)
    {
        var read = new List<JsonObject>();
        var functions = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (ChatMessage message in messages)
        {
            ReadOne(message, read, functions);
        }

        return read;
    }

    private static void ReadOne(ChatMessage message, List<JsonObject> read, Dictionary<string, string> functions)
    {
        var text = new StringBuilder();
        var reasoning = new StringBuilder();
        var calls = new List<(string, JsonObject, string?)>();
        int results = 0;
        foreach (AIContent content in message.Contents)
        {
            switch (content)
            {
                case TextReasoningContent thought:
                    reasoning.Append(thought.Text);
                    break;
                case TextContent plain:
                    text.Append(plain.Text);
                    break;
                case FunctionCallContent call:
                    functions[call.CallId] = call.Name;
                    calls.Add((call.Name, Arguments(call), call.CallId));
                    break;
                case FunctionResultContent result:
                    read.Add(ChatTurns.ToolResult(functions.GetValueOrDefault(result.CallId, ""), JsonContent.Text(result.Result),
                        result.CallId));
                    results++;
                    break;
                case UsageContent:
                    break; // What an earlier answer took is no part of what was said.
                default:
                    throw new NotSupportedException($"a message of the {message.Role} holds {content.GetType().Name}; this model reads text, and calls and results of tools");
            }
        }

        if (results > 0 && text.Length == 0 && calls.Count == 0)
        {
            return;
        }

        JsonObject made = calls.Count > 0 ? ChatTurns.ToolCalls([.. calls]) : ChatTurns.Message(message.Role.Value, "");
        made["role"] = calls.Count > 0 ? ChatRole.Assistant.Value : message.Role.Value;
        made["content"] = text.ToString();
        if (reasoning.Length > 0)
        {
            made["reasoning_content"] = reasoning.ToString();
        }

        if (message.AuthorName is { } author)
        {
            made["name"] = author;
        }

        read.Add(made);
    }

    private static JsonObject Arguments(FunctionCallContent call)
    {
        var arguments = new JsonObject();
        foreach ((string name, object? value) in call.Arguments ?? new Dictionary<string, object?>())
        {
            arguments[name] = JsonContent.Of(value);
        }

        return arguments;
    }
}
