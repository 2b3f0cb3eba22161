using System.Text.Json.Nodes;
using KvCompose.Models.Sampling;
using KvCompose.Models.Sampling.Grammars;

namespace KvCompose.Models.Chat;

/// <summary>How answers of a conversation are made.</summary>
public sealed record ConversationOptions
{
    /// <summary>How tokens are chosen. With a seed, the draws of every answer begin with it.</summary>
    public SamplingOptions Sampling { get; init; } = new();

    /// <summary>Most tokens of an answer.</summary>
    public int MaxTokens { get; init; } = int.MaxValue;

    /// <summary>Texts that end an answer and are no part of it.</summary>
    public IReadOnlyList<string> StopStrings { get; init; } = [];

    /// <summary>Tools as JSON schemas of functions, given to the template; null for none.</summary>
    public JsonArray? Tools { get; init; }

    /// <summary>What answers must match; null for any text.</summary>
    public JsonGrammar? Grammar { get; init; }

    /// <summary>Further variables of the template, such as enable_thinking.</summary>
    public IReadOnlyDictionary<string, JsonNode?>? TemplateVariables { get; init; }
}
