using System.Text.Json.Nodes;
using KvCompose.Models.Sampling.Grammars;
using KvCompose.Models.Templates;

namespace KvCompose.Serving.Chat;

/// <summary>Calls of tools as JSON: their grammar, their names, and the message that holds them.</summary>
internal static class RequiredCall
{
    /// <summary>What an answer must match that calls a tool.</summary>
    /// <exception cref="RequestRefusedException">A tool has no name, or parameters that no grammar can be made of.</exception>
    public static JsonGrammar Grammar(JsonArray tools, string? only, ToolCallFormat format)
    {
        var calls = new JsonArray();
        foreach (JsonObject function in tools.OfType<JsonObject>().Select(static tool => tool["function"]).OfType<JsonObject>())
        {
            string name = function["name"]!.GetValue<string>();
            if (only is null || name == only)
            {
                calls.Add((JsonNode)new JsonObject
                {
                    ["type"] = "object",
                    ["properties"] = new JsonObject
                    {
                        [format.Name] = new JsonObject { ["const"] = name },
                        [format.Arguments] = function["parameters"]?.DeepClone() ?? new JsonObject { ["type"] = "object" },
                    },
                    ["required"] = new JsonArray(format.Name, format.Arguments),
                    ["additionalProperties"] = false,
                });
            }
        }

        try
        {
            return JsonGrammar.FromSchema(calls.Count == 1 ? calls[0]!.DeepClone() : new JsonObject { ["anyOf"] = calls });
        }
        catch (GrammarException problem)
        {
            throw new RequestRefusedException("Tools", problem.Message, problem);
        }
    }

    /// <summary>Names of the functions.</summary>
    /// <exception cref="RequestRefusedException">A tool is no function with a name.</exception>
    public static IReadOnlySet<string> Names(JsonArray? tools)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (JsonNode? tool in tools ?? [])
        {
            if ((tool as JsonObject)?["function"] is not JsonObject function || function["name"] is not JsonValue value
                || !value.TryGetValue(out string? name))
            {
                throw new RequestRefusedException("Tools", "a tool is no object with a function that has a name");
            }

            names.Add(name);
        }

        return names;
    }

    /// <summary>The message of an answer that calls tools.</summary>
    public static JsonObject Message(ChatAnswer answer)
    {
        JsonObject message = ChatTurns.ToolCalls([.. answer.Calls.Select(static call
            => (call.Name, (JsonObject)JsonNode.Parse(call.Arguments)!, (string?)call.Id))]);
        message["content"] = answer.Text;
        return message;
    }
}
