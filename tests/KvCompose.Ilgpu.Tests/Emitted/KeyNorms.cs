namespace KvCompose.DeviceTests.Emitted;

/// <summary>A user's stage that looks at keys alone: tokens with small keys stay.</summary>
[TokenSelectionFacts(Observes = AttentionStatistics.KeyNorm, Needs = StageProducts.LayerBudgets, Lossy = true)]
public readonly struct KeyNorms : ITokenSelection<KeyNorms>
{
    [StageOption(3, Minimum = 0, Maximum = 64, Role = OptionRole.Window)]
    public int Recent { get; init; }

    public static float Score(in KeyNorms options, in TokenStatistics token) => -token.KeyNorm;
}
