using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using KvCompose.Models.Sampling.Grammars;
using KvCompose.Models.Templates;
using KvCompose.Serving.Chat;
using Microsoft.Extensions.AI;

namespace KvCompose.Extensions.AI.Mapping;

/// <summary>Makes requests of messages and options. Each property of the options is read here, or refused.</summary>
internal static class RequestReader
{
    public static ChatRequest Read(ChatServer server, IChatClient client, IEnumerable<ChatMessage> messages, ChatOptions? options)
    {
        List<JsonObject> read = MessageReader.Read(messages);
        if (options is null)
        {
            return new ChatRequest { Messages = read };
        }

        Refuse(options.Reasoning is not null, nameof(options.Reasoning),
            "whether a model reasons is a variable of its template: set it as 'template:NAME' in AdditionalProperties");
        Refuse(options.AllowBackgroundResponses == true, nameof(options.AllowBackgroundResponses), "answers are made while they are read");
        Refuse(options.ContinuationToken is not null, nameof(options.ContinuationToken), "answers cannot be continued by a token");
        ChatRequest request = Base(options.RawRepresentationFactory?.Invoke(client), read);
        if (options.Instructions is { Length: > 0 } instructions && !(options.ConversationId is { } known && server.Remembers(known)))
        {
            read.Insert(0, ChatTurns.System(instructions));
        }

        JsonArray? tools = ToolReader.Read(options.Tools);
        (ToolUse use, string? required) = ToolReader.Use(options.ToolMode);
        JsonGrammar? grammar = Grammar(options.ResponseFormat) ?? request.Grammar;
        Refuse(
            grammar is not null && tools is not null && use != ToolUse.None, nameof(options.ResponseFormat),
                "an answer of a given format cannot call tools: set ToolMode to None");
        request = request with
        {
            Pipeline = Pipeline(server, options.ModelId) ?? request.Pipeline,
            Tools = tools ?? request.Tools,
            ToolUse = use,
            RequiredTool = required,
            Grammar = grammar,
            MaxTokens = options.MaxOutputTokens ?? request.MaxTokens,
            StopStrings = options.StopSequences is { Count: > 0 } stop ? [.. stop] : request.StopStrings,
            Conversation = options.ConversationId ?? request.Conversation,
            Sampling = request.Sampling with
            {
                Temperature = options.Temperature ?? request.Sampling.Temperature,
                TopP = options.TopP ?? request.Sampling.TopP,
                TopK = options.TopK ?? request.Sampling.TopK,
                FrequencyPenalty = options.FrequencyPenalty ?? request.Sampling.FrequencyPenalty,
                PresencePenalty = options.PresencePenalty ?? request.Sampling.PresencePenalty,
                Seed = options.Seed is { } seed ? unchecked((ulong)seed) : request.Sampling.Seed,
            },
        };
        foreach ((string name, object? value) in options.AdditionalProperties ?? [])
        {
            request = Additional(request, name, value);
        }

        return request;
    }

    private static ChatRequest Base(object? given, List<JsonObject> messages) => given switch
    {
        null => new ChatRequest { Messages = messages },
        ChatRequest request => request with { Messages = messages },
        _ => throw Unsupported(nameof(ChatOptions.RawRepresentationFactory),
            $"it gives a {given.GetType()}, expected a {typeof(ChatRequest)}"),
    };

    private static string? Pipeline(ChatServer server, string? model)
    {
        if (model is null)
        {
            return null;
        }

        string[] parts = model.Split('+', 2);
        if (parts[0].Length > 0 && parts[0] != server.Engine.Name)
        {
            throw Unsupported(nameof(ChatOptions.ModelId), $"there is no model '{parts[0]}', but '{server.Engine.Name}'");
        }

        return parts.Length > 1 ? parts[1] : null;
    }

    private static JsonGrammar? Grammar(ChatResponseFormat? format) => format switch
    {
        null or ChatResponseFormatText => null,
        ChatResponseFormatJson { Schema: { } schema } => JsonGrammar.FromSchema(JsonNode.Parse(schema.GetRawText())),
        ChatResponseFormatJson => JsonGrammar.AnyObject,
        _ => throw Unsupported(nameof(ChatOptions.ResponseFormat), $"there is no format {format.GetType().Name}"),
    };

    private static ChatRequest Additional(ChatRequest request, string name, object? value)
    {
        const string Template = "template:";
        if (name.StartsWith(Template, StringComparison.Ordinal))
        {
            return request with
            {
                TemplateVariables = new Dictionary<string, JsonNode?>(request.TemplateVariables ?? new Dictionary<string, JsonNode?>())
                {
                    [name[Template.Length..]] = JsonContent.Of(value),
                },
            };
        }

        return name switch
        {
            "min_p" => request with { Sampling = request.Sampling with { MinP = Number(name, value) } },
            "typical_p" => request with { Sampling = request.Sampling with { TypicalP = Number(name, value) } },
            "repetition_penalty" => request with { Sampling = request.Sampling with { RepetitionPenalty = Number(name, value) } },
            "priority" => request with { Priority = (int)Number(name, value) },
            "timeout_seconds" => request with { Timeout = TimeSpan.FromSeconds(Number(name, value)) },
            _ => throw Unsupported(
                $"{nameof(ChatOptions.AdditionalProperties)}[{name}]",
                "it is not known; min_p, typical_p, repetition_penalty, priority, timeout_seconds and template:NAME are"),
        };
    }

    private static float Number(string name, object? value)
    {
        try
        {
            return value is JsonElement { ValueKind: JsonValueKind.Number } element ? element.GetSingle()
                : Convert.ToSingle(value, CultureInfo.InvariantCulture);
        }
        catch (Exception problem) when (problem is FormatException or InvalidCastException or OverflowException)
        {
            throw Unsupported($"{nameof(ChatOptions.AdditionalProperties)}[{name}]", $"'{value}' is no number");
        }
    }

    private static void Refuse(bool given, string name, string why)
    {
        if (given)
        {
            throw Unsupported(name, why);
        }
    }

    internal static NotSupportedException Unsupported(string name, string why) => new($"{nameof(ChatOptions)}.{name}: {why}");
}
