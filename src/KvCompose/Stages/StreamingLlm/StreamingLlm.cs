namespace KvCompose;

/// <summary>
/// StreamingLLM: the first tokens (attention sinks) and the most recent ones. score(j) = j; no attention is observed.
/// Kept tokens keep their positions. With <see cref="Evict"/> the recent ones roll while decoding; without it the cache grows.
/// Source: Xiao et al., "Efficient Streaming Language Models with Attention Sinks", ICLR 2024, arXiv 2309.17453.
/// </summary>
[TokenSelectionFacts(
    Needs = StageProducts.LayerBudgets,
    Phases = StagePhases.Prefill | StagePhases.Decode,
    Lossy = true,
    Source = "arXiv 2309.17453")]
public readonly struct StreamingLlm : IDecodeEviction<StreamingLlm>
{
    /// <summary>Tokens at the start of the prompt that are always kept.</summary>
    [StageOption(4, Minimum = 0, Maximum = 4096, Role = OptionRole.Sinks)]
    public int Sinks { get; init; }

    /// <summary>Whether every decoded token takes the place of the oldest that is no sink, as published; otherwise decoded tokens stay.</summary>
    [StageOption(false, Role = OptionRole.DecodeEviction)]
    public bool Evict { get; init; }

    /// <inheritdoc/>
    public static float Score(in StreamingLlm options, in TokenStatistics token) => token.Position;

    /// <inheritdoc/>
    public static float Retain(in StreamingLlm options, in ResidentToken token) => token.Position;
}

/// <summary>Declares <see cref="StreamingLlm"/>.</summary>
public sealed class StreamingLlmAttribute : TokenSelectionAttribute<StreamingLlm>
{
    /// <inheritdoc cref="StreamingLlm.Sinks"/>
    public int Sinks { get; set; }

    /// <inheritdoc cref="StreamingLlm.Evict"/>
    public bool Evict { get; set; }
}
