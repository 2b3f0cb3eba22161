using System.Text.Json.Nodes;

namespace KvCompose.Models.Templates;

/// <summary>Makes the usual messages of a conversation.</summary>
public static class ChatTurns
{
    /// <summary>An instruction.</summary>
    public static JsonObject System(string content) => Message("system", content);

    /// <summary>What the user said.</summary>
    public static JsonObject User(string content) => Message("user", content);

    /// <summary>What the model answered.</summary>
    public static JsonObject Assistant(string content) => Message("assistant", content);

    /// <summary>A message of any role.</summary>
    public static JsonObject Message(string role, string content)
    {
        ArgumentNullException.ThrowIfNull(role);
        ArgumentNullException.ThrowIfNull(content);
        return new JsonObject { ["role"] = role, ["content"] = content };
    }

    /// <summary>A call of tools by the model.</summary>
    /// <param name="calls">Name of the function, its arguments, and the id of the call if there is one.</param>
    public static JsonObject ToolCalls(params ReadOnlySpan<(string Name, JsonObject Arguments, string? Id)> calls)
    {
        var list = new JsonArray();
        foreach ((string name, JsonObject arguments, string? id) in calls)
        {
            var call = new JsonObject
            {
                ["type"] = "function",
                ["function"] = new JsonObject { ["name"] = name, ["arguments"] = arguments.DeepClone() },
            };
            if (id is not null)
            {
                call["id"] = id;
            }

            list.Add((JsonNode)call);
        }

        return new JsonObject { ["role"] = "assistant", ["content"] = "", ["tool_calls"] = list };
    }

    /// <summary>What a tool answered.</summary>
    public static JsonObject ToolResult(string name, string content, string? callId = null)
    {
        JsonObject message = Message("tool", content);
        message["name"] = name;
        if (callId is not null)
        {
            message["tool_call_id"] = callId;
        }

        return message;
    }
}
