namespace KvCompose;

/// <summary>
/// Compactor: tokens whose keys stand out among the others, or that the queries of their chunk attend to. score(j) = λ · leverage(j) + attention(j), both
/// standardised over the layer: the leverage of the keys before rotation, from a random sketch, and the attention inside chunks without a causal mask times
/// the norm of the value, averaged with the neighbours. First and last tokens are always kept and count in nothing.
/// Source: Chari and Van Durme, "Compactor: Calibrated Query-Agnostic KV Cache Compression with Approximate Leverage Scores", arXiv 2507.08143.
/// </summary>
[TokenSelectionFacts(
    Observes = AttentionStatistics.Leverage | AttentionStatistics.ChunkAttention,
    Needs = StageProducts.LayerBudgets,
    Provides = StageProducts.TokenScores | StageProducts.RankedOrder,
    Lossy = true,
    Source = "arXiv 2507.08143")]
public readonly struct Compactor : ITokenSelection<Compactor>
{
    /// <summary>Tokens at the start of the prompt that are always kept.</summary>
    [StageOption(8, Minimum = 0, Maximum = 4096, Role = OptionRole.Sinks)]
    public int Sinks { get; init; }

    /// <summary>Tokens at the end of the prompt that are always kept.</summary>
    [StageOption(4, Minimum = 0, Maximum = 65_536, Role = OptionRole.Window)]
    public int Window { get; init; }

    /// <summary>Tokens of the chunks that attention is taken in.</summary>
    [StageOption(256, Minimum = 2, Maximum = 4096, Role = OptionRole.Chunk)]
    public int Chunk { get; init; }

    /// <summary>λ, the weight of the leverage; the published one is the share of the tokens that goes.</summary>
    [StageOption(0.75, Minimum = 0, Maximum = 1000)]
    public float Blending { get; init; }

    /// <summary>Seeds the random sketch.</summary>
    [StageOption(0, Minimum = 0, Maximum = int.MaxValue, Role = OptionRole.Seed)]
    public int Seed { get; init; }

    /// <inheritdoc/>
    public static float Score(in Compactor options, in TokenStatistics token) => (options.Blending * token.Leverage) + token.ChunkAttention;
}

/// <summary>Declares <see cref="Compactor"/>.</summary>
public sealed class CompactorAttribute : TokenSelectionAttribute<Compactor>
{
    /// <inheritdoc cref="Compactor.Sinks"/>
    public int Sinks { get; set; }

    /// <inheritdoc cref="Compactor.Window"/>
    public int Window { get; set; }

    /// <inheritdoc cref="Compactor.Chunk"/>
    public int Chunk { get; set; }

    /// <inheritdoc cref="Compactor.Blending"/>
    public float Blending { get; set; }

    /// <inheritdoc cref="Compactor.Seed"/>
    public int Seed { get; set; }
}
