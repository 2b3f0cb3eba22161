using KvCompose;

namespace KvStageTemplateStage;

/// <summary>
/// A token selection: of the prompt, each head keeps the tokens with the highest scores, as many as the layer's budget says. This one
/// prefers short keys, and late tokens where keys are alike.
/// </summary>
[TokenSelectionFacts(
    Observes = AttentionStatistics.KeyNorm,
    Needs = StageProducts.LayerBudgets,
    Provides = StageProducts.TokenScores,
    Lossy = true)]
public readonly struct KvStageTemplate : ITokenSelection<KvStageTemplate>
{
    /// <summary>The last tokens of the prompt, which always stay.</summary>
    [StageOption(16, Minimum = 0, Maximum = 1024, Role = OptionRole.Window)]
    public int Window { get; init; }

    /// <summary>How much key norm the whole length of the prompt is worth.</summary>
    [StageOption(0.5, Minimum = 0, Maximum = 1000)]
    public double Recency { get; init; }

    /// <inheritdoc/>
    public static float Score(in KvStageTemplate options, in TokenStatistics token)
        => ((float)options.Recency * token.Position / token.PromptTokens) - token.KeyNorm;
}
