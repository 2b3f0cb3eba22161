using System.Text.Json;
using KvCompose.Serving.Chat;
using Microsoft.Extensions.AI;

namespace KvCompose.Extensions.AI.Mapping;

/// <summary>A call as an application sees it: arguments by name.</summary>
internal static class CallContent
{
    public static FunctionCallContent Of(ToolCall call)
    {
        using JsonDocument arguments = JsonDocument.Parse(call.Arguments);
        var named = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (JsonProperty argument in arguments.RootElement.EnumerateObject())
        {
            named[argument.Name] = argument.Value.ValueKind == JsonValueKind.Null ? null : argument.Value.Clone();
        }

        return new FunctionCallContent(call.Id, call.Name, named);
    }
}
