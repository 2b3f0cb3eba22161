using System.Text.Json.Nodes;

namespace KvCompose.Models.Templates;

/// <summary>What a chat template is given.</summary>
public sealed record ChatPromptRequest
{
    /// <summary>
    /// The conversation: objects with role, content and what else the template knows (tool_calls, reasoning_content, …), as in
    /// OpenAI's and Hugging Face's formats. <see cref="ChatTurns"/> makes the usual ones.
    /// </summary>
    public required IReadOnlyList<JsonObject> Messages { get; init; }

    /// <summary>Tools as JSON schemas of functions; null for none.</summary>
    public JsonArray? Tools { get; init; }

    /// <summary>Documents to answer from, for templates that know them; null for none.</summary>
    public JsonArray? Documents { get; init; }

    /// <summary>Whether the prompt ends with the beginning of an answer.</summary>
    public bool AddGenerationPrompt { get; init; }

    /// <summary>Whether the prompt ends inside the last message, so that the model goes on with it.</summary>
    public bool ContinueFinalMessage { get; init; }

    /// <summary>Further variables, such as enable_thinking. They win over special tokens, and their texts are content.</summary>
    public IReadOnlyDictionary<string, JsonNode?>? Variables { get; init; }

    /// <summary>Special tokens of the tokenizer by name (bos_token, eos_token, …); one that it lacks is left out.</summary>
    public IReadOnlyDictionary<string, string>? SpecialTokens { get; init; }

    /// <summary>The time that strftime_now gives; null for the local time of rendering.</summary>
    public DateTime? Now { get; init; }
}
