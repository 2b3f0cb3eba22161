using KvCompose.Models.Sampling;
using KvCompose.Models.Sampling.Grammars;

namespace KvCompose.Serving;

/// <summary>A prompt as tokens, and how it is answered.</summary>
public sealed record GenerationRequest
{
    /// <summary>The prompt, at least one token.</summary>
    public required IReadOnlyList<int> Prompt { get; init; }

    /// <summary>The name of a pipeline; null for the first one.</summary>
    public string? Pipeline { get; init; }

    /// <summary>How tokens are chosen.</summary>
    public SamplingOptions Sampling { get; init; } = new();

    /// <summary>Most tokens of the answer; null for the engine's usual number. The model's context may end it before.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>Texts that end the answer and are no part of it.</summary>
    public IReadOnlyList<string> StopStrings { get; init; } = [];

    /// <summary>Tokens that end the answer and are no part of it; null for those of the model.</summary>
    public IReadOnlySet<int>? EndTokens { get; init; }

    /// <summary>What the answer must match; null for any text.</summary>
    public JsonGrammar? Grammar { get; init; }

    /// <summary>Requests with a higher one begin before all others that wait.</summary>
    public int Priority { get; init; }

    /// <summary>Who asks. Those who wait begin in turn, one request each, and nobody begins with what another one's requests have left.</summary>
    public string Client { get; init; } = "";

    /// <summary>
    /// The conversation that the request belongs to; null for none. What the cache holds of it is gone on with, whatever the pipeline: the prompt begins
    /// with all its tokens.
    /// </summary>
    public string? Conversation { get; init; }

    /// <summary>How long the request may take from its arrival to its last token; null for the engine's limit.</summary>
    public TimeSpan? Timeout { get; init; }
}
