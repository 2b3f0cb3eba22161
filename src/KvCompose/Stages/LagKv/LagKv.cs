namespace KvCompose;

/// <summary>
/// LagKV: tokens that vary most across channels, in the scale of the tokens that follow. Behind the sinks the prompt is cut into parts; score(j) is the
/// rank of a token within its part by the softmax of its deviation over the channels, key and value averaged. The last part and what is behind it come
/// first, the newest before the others.
/// Source: Liang et al., "LagKV: Lag-Relative Information of the KV Cache Tells Which Tokens Are Important", arXiv 2504.04704.
/// </summary>
[TokenSelectionFacts(
    Observes = AttentionStatistics.LagRank,
    Needs = StageProducts.LayerBudgets,
    Provides = StageProducts.TokenScores | StageProducts.RankedOrder,
    Lossy = true,
    Source = "arXiv 2504.04704")]
public readonly struct LagKv : ITokenSelection<LagKv>
{
    /// <summary>Tokens at the start of the prompt that are always kept.</summary>
    [StageOption(4, Minimum = 0, Maximum = 4096, Role = OptionRole.Sinks)]
    public int Sinks { get; init; }

    /// <summary>λ: tokens of a part.</summary>
    [StageOption(128, Minimum = 2, Maximum = 65_536, Role = OptionRole.Lag)]
    public int Lag { get; init; }

    /// <inheritdoc/>
    public static float Score(in LagKv options, in TokenStatistics token) => token.LagRank;
}

/// <summary>Declares <see cref="LagKv"/>.</summary>
public sealed class LagKvAttribute : TokenSelectionAttribute<LagKv>
{
    /// <inheritdoc cref="LagKv.Sinks"/>
    public int Sinks { get; set; }

    /// <inheritdoc cref="LagKv.Lag"/>
    public int Lag { get; set; }
}
