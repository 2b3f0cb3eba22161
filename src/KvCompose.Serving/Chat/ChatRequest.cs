using System.Text.Json.Nodes;
using KvCompose.Models.Sampling;
using KvCompose.Models.Sampling.Grammars;

namespace KvCompose.Serving.Chat;

/// <summary>Messages, and how they are answered.</summary>
public sealed record ChatRequest
{
    /// <summary>
    /// The messages as templates take them: role, content, tool_calls, … In a conversation that is kept, the further ones; else the whole conversation.
    /// </summary>
    public required IReadOnlyList<JsonObject> Messages { get; init; }

    /// <summary>The name of a pipeline; null for the usual one, or the conversation's.</summary>
    public string? Pipeline { get; init; }

    /// <summary>Tools as JSON schemas of functions, given to the template; null for none.</summary>
    public JsonArray? Tools { get; init; }

    /// <summary>Whether tools are called.</summary>
    public ToolUse ToolUse { get; init; }

    /// <summary>With <see cref="ToolUse.Required"/>: the function that is called; null for any.</summary>
    public string? RequiredTool { get; init; }

    /// <summary>How tokens are chosen.</summary>
    public SamplingOptions Sampling { get; init; } = new();

    /// <summary>Most tokens of the answer; null for the engine's usual number.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>Texts that end the answer and are no part of it.</summary>
    public IReadOnlyList<string> StopStrings { get; init; } = [];

    /// <summary>What the answer must match; null for any text.</summary>
    public JsonGrammar? Grammar { get; init; }

    /// <summary>Further variables of the template, such as enable_thinking.</summary>
    public IReadOnlyDictionary<string, JsonNode?>? TemplateVariables { get; init; }

    /// <summary>
    /// The conversation that is gone on with: its messages are remembered, and what the cache holds of it is not computed again. One that is not known
    /// begins. Null for none.
    /// </summary>
    public string? Conversation { get; init; }

    /// <summary>Who asks; conversations and prefixes of one are not seen by others.</summary>
    public string Client { get; init; } = "";

    /// <summary>Requests with a higher one begin before all others that wait.</summary>
    public int Priority { get; init; }

    /// <summary>How long the request may take; null for the engine's limit.</summary>
    public TimeSpan? Timeout { get; init; }
}

/// <summary>Whether the tools of a request are called.</summary>
public enum ToolUse
{
    /// <summary>The model decides.</summary>
    Auto,

    /// <summary>They are not, and the template is not told of them.</summary>
    None,

    /// <summary>One is.</summary>
    Required,
}
