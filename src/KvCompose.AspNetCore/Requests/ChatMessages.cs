using System.Text.Json;
using System.Text.Json.Nodes;
using KvCompose.AspNetCore.Responses;

namespace KvCompose.AspNetCore.Requests;

/// <summary>OpenAI's messages for templates: text in one piece, arguments of calls as objects.</summary>
internal static class ChatMessages
{
    private const int Most = 4096;

    public static List<JsonObject> Read(Field messages)
    {
        var read = new List<JsonObject>();
        var functions = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (Field message in messages.Items())
        {
            if (read.Count == Most)
            {
                throw OpenAiException.Invalid(messages.Name, $"there are more than {Most} messages");
            }

            read.Add(ReadOne(message, functions));
        }

        return read.Count > 0 ? read : throw OpenAiException.Invalid(messages.Name, "there is no message");
    }

    private static JsonObject ReadOne(Field message, Dictionary<string, string> functions)
    {
        string role = message.Member("role").Text();
        if (role is not ("system" or "developer" or "user" or "assistant" or "tool"))
        {
            throw OpenAiException.Invalid($"{message.Name}.role", $"there is no role '{role}'");
        }

        var read = new JsonObject { ["role"] = role == "developer" ? "system" : role, ["content"] = "" };
        foreach (Field member in message.Members())
        {
            switch (member.Key)
            {
                case "role":
                    break;
                case var _ when member.IsNull:
                    break;
                case "content":
                    read["content"] = Content(member);
                    break;
                case "name":
                    read["name"] = member.Text();
                    break;
                case "reasoning_content":
                    read["reasoning_content"] = member.Text();
                    break;
                case "tool_call_id" when role == "tool":
                    string id = member.Text();
                    read["tool_call_id"] = id;
                    read["name"] ??= functions.GetValueOrDefault(id, "");
                    break;
                case "tool_calls" when role == "assistant":
                    read["tool_calls"] = new JsonArray([.. member.Items().Select(call => (JsonNode)Call(call, functions))]);
                    break;
                case "refusal" or "annotations" or "audio" or "function_call":
                    throw member.Unsupported("this server does not make or read it");
                default:
                    throw member.Unknown();
            }
        }

        return read;
    }

    private static string Content(Field content)
    {
        if (content.Element.ValueKind == JsonValueKind.String)
        {
            return content.Text();
        }

        return string.Concat(content.Items().Select(static part => part.Member("type").Text() is "text"
            ? part.Member("text").Text()
            : throw part.Unsupported($"a part of type '{part.Member("type").Text()}'; the model reads text alone")));
    }

    private static JsonObject Call(Field call, Dictionary<string, string> functions)
    {
        string id = call.Member("id").Text();
        Field function = call.Member("function");
        string name = function.Member("name").Text();
        functions[id] = name;
        Field text = function.Member("arguments");
        JsonNode? arguments;
        try
        {
            arguments = JsonNode.Parse(text.Text() is { Length: > 0 } given ? given : "{}");
        }
        catch (JsonException problem)
        {
            throw OpenAiException.Invalid(text.Name, $"'{text.Name}' must be a JSON object as text: {problem.Message}");
        }

        return arguments is JsonObject
            ? new JsonObject
            {
                ["type"] = "function",
                ["id"] = id,
                ["function"] = new JsonObject
                {
                    ["name"] = name,
                    ["arguments"] = arguments
                }
            }
            : throw text.Wrong("a JSON object as text");
    }
}
