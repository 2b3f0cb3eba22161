using System.Text.Json.Nodes;
using KvCompose.Serving.Chat;
using Microsoft.Extensions.AI;

namespace KvCompose.Extensions.AI.Mapping;

/// <summary>Tools as templates take them.</summary>
internal static class ToolReader
{
    /// <exception cref="NotSupportedException">A tool is no function.</exception>
    public static JsonArray? Read(IList<AITool>? tools)
    {
        if (tools is null or { Count: 0 })
        {
            return null;
        }

        var read = new JsonArray();
        foreach (AITool tool in tools)
        {
            if (tool is not AIFunctionDeclaration function)
            {
                throw RequestReader.Unsupported(nameof(ChatOptions.Tools),
                    $"'{tool.Name}' is a {tool.GetType().Name}; only functions can be called");
            }

            read.Add((JsonNode)new JsonObject
            {
                ["type"] = "function",
                ["function"] = new JsonObject
                {
                    ["name"] = function.Name,
                    ["description"] = function.Description,
                    ["parameters"] = JsonNode.Parse(function.JsonSchema.GetRawText()),
                },
            });
        }

        return read;
    }

    /// <exception cref="NotSupportedException">The mode is not known.</exception>
    public static (ToolUse Use, string? Required) Use(ChatToolMode? mode) => mode switch
    {
        null or AutoChatToolMode => (ToolUse.Auto, null),
        NoneChatToolMode => (ToolUse.None, null),
        RequiredChatToolMode required => (ToolUse.Required, required.RequiredFunctionName),
        _ => throw RequestReader.Unsupported(nameof(ChatOptions.ToolMode), $"there is no mode {mode.GetType().Name}"),
    };
}
