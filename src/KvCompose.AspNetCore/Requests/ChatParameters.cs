using System.Text.Json.Nodes;
using KvCompose.AspNetCore.Responses;
using KvCompose.Models.Sampling.Grammars;
using KvCompose.Serving;
using KvCompose.Serving.Chat;

namespace KvCompose.AspNetCore.Requests;

/// <summary>The body of a chat completion. Each parameter is honoured or refused by name.</summary>
internal sealed class ChatParameters
{
    private List<JsonObject>? _messages;
    private JsonArray? _tools;
    private ToolUse _use;
    private string? _required;
    private JsonGrammar? _grammar;
    private Dictionary<string, JsonNode?>? _variables;
    private int _alternatives;

    private ChatParameters()
    {
    }

    public CommonParameters Common { get; } = new();

    public bool Logprobs { get; private set; }

    /// <summary>Whether an answer may call several tools.</summary>
    public bool ParallelCalls { get; private set; } = true;

    public static ChatParameters Read(Field body, ServingEngine engine)
    {
        var read = new ChatParameters();
        foreach (Field field in body.Members())
        {
            if (!field.IsNull && !read.Common.Take(field, engine))
            {
                read.Take(field);
            }
        }

        if (read._messages is null)
        {
            throw OpenAiException.Invalid("messages", "'messages' is missing");
        }

        if (read.Common.Model.Length == 0)
        {
            throw OpenAiException.Invalid("model", "'model' is missing");
        }

        if (read._alternatives > 0 && !read.Logprobs)
        {
            throw OpenAiException.Invalid("top_logprobs", "'top_logprobs' needs 'logprobs': true");
        }

        if (read._grammar is not null && read._tools is not null && read._use != ToolUse.None)
        {
            throw OpenAiException.Invalid("response_format",
                "an answer of a given format cannot call tools; set 'tool_choice' to \"none\"");
        }

        return read;
    }

    public ChatRequest Request(string client, string? conversation) => new()
    {
        Messages = _messages!,
        Pipeline = Common.Pipeline,
        Tools = _tools,
        ToolUse = _use,
        RequiredTool = _required,
        Sampling = Common.Sampling with { Alternatives = _alternatives },
        MaxTokens = Common.MaxTokens,
        StopStrings = Common.Stop,
        Grammar = _grammar,
        TemplateVariables = _variables,
        Conversation = conversation,
        Client = client,
        Priority = Common.Priority,
        Timeout = Common.Timeout,
    };

    private void Take(Field field)
    {
        switch (field.Name)
        {
            case "messages":
                _messages = ChatMessages.Read(field);
                break;
            case "tools":
                _tools = new JsonArray([.. field.Items().Select(Tool)]);
                _tools = _tools.Count == 0 ? null : _tools;
                break;
            case "tool_choice":
                TakeChoice(field);
                break;
            case "parallel_tool_calls":
                ParallelCalls = field.Flag();
                break;
            case "response_format":
                _grammar = Grammar(field);
                break;
            case "logprobs":
                Logprobs = field.Flag();
                break;
            case "top_logprobs":
                _alternatives = field.Whole(0, 20);
                break;
            case "chat_template_kwargs":
                _variables = field.Members().ToDictionary(static member => member.Key, static member => JsonNode.Parse(member.Element.GetRawText()));
                break;
            case "store" when !field.Flag():
                break;
            case "service_tier" when field.Text() is "auto" or "default":
                break;
            case "store" or "service_tier" or "metadata" or "modalities" or "audio" or "prediction" or "reasoning_effort"
                or "web_search_options" or "functions"
                or "function_call" or "verbosity" or "prompt_cache_key" or "safety_identifier":
                throw field.Unsupported("this server does not support it");
            default:
                throw field.Unknown();
        }
    }

    private static JsonNode Tool(Field tool)
    {
        if (tool.Member("type").Text() != "function")
        {
            throw tool.Unsupported("only functions can be called");
        }

        Field function = tool.Member("function");
        _ = function.Member("name").Text();
        var read = (JsonObject)JsonNode.Parse(tool.Element.GetRawText())!;
        ((JsonObject)read["function"]!)["description"] ??= "";
        return read;
    }

    private void TakeChoice(Field field)
    {
        if (field.Element.ValueKind == System.Text.Json.JsonValueKind.Object)
        {
            (_use, _required) = (ToolUse.Required, field.Member("function").Member("name").Text());
            return;
        }

        _use = field.Text() switch
        {
            "auto" => ToolUse.Auto,
            "none" => ToolUse.None,
            "required" => ToolUse.Required,
            _ => throw field.Wrong("auto, none, required or a function"),
        };
    }

    private static JsonGrammar? Grammar(Field format) => format.Member("type").Text() switch
    {
        "text" => null,
        "json_object" => JsonGrammar.AnyObject,
        "json_schema" => JsonGrammar.FromSchema(
            format.Member("json_schema").Optional("schema") is { } schema ? JsonNode.Parse(schema.Element.GetRawText()) : null),
        _ => throw format.Member("type").Wrong("text, json_object or json_schema"),
    };
}
