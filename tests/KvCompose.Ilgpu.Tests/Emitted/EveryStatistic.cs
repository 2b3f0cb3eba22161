namespace KvCompose.DeviceTests.Emitted;

/// <summary>A user's stage that asks for everything, observes more rows than it protects, and has an option that stays open.</summary>
[TokenSelectionFacts(
    Observes = AttentionStatistics.WindowSum | AttentionStatistics.WindowVariance | AttentionStatistics.LayerEntropy
        | AttentionStatistics.AllRowsSum | AttentionStatistics.KeyNorm,
    Needs = StageProducts.LayerBudgets,
    Provides = StageProducts.TokenScores,
    Lossy = true)]
public readonly struct EveryStatistic : ITokenSelection<EveryStatistic>
{
    [StageOption(2, Minimum = 0, Maximum = 16, Role = OptionRole.Sinks)]
    public int Sinks { get; init; }

    [StageOption(4, Minimum = 1, Maximum = 64, Role = OptionRole.Window)]
    public int Window { get; init; }

    [StageOption(11, Minimum = 1, Maximum = 64, Role = OptionRole.ObservedRows)]
    public int Rows { get; init; }

    [StageOption(0.5, Minimum = 0, Maximum = 10, RunTime = true)]
    public double Weight { get; init; }

    public static float Score(in EveryStatistic options, in TokenStatistics token)
        => (token.WindowSum * token.KeyNorm) + ((float)options.Weight * MathF.Sqrt(token.WindowVariance))
            + (0.25f * token.AllRowsSum) + ((float)token.Position / (100 * token.PromptTokens));
}
