namespace KvCompose;

/// <summary>
/// DropKV: tokens without which the outputs of the last w rows would change most. score(h, j) = Σ_i (p_ij / (1 − p_ij))²·‖v_j − o_i‖², with the
/// attention output o_i of row i, pooled along the tokens, mean over the group; the window itself is always kept.
/// Source: "DropKV", OpenReview MqfNzH3TVH.
/// </summary>
[TokenSelectionFacts(
    Observes = AttentionStatistics.OutputChange,
    Needs = StageProducts.LayerBudgets,
    Provides = StageProducts.TokenScores | StageProducts.RankedOrder,
    Pooling = PoolingKind.Average,
    Reduction = GroupReduction.Mean,
    QueryAware = true,
    Lossy = true,
    Source = "OpenReview MqfNzH3TVH")]
public readonly struct DropKv : ITokenSelection<DropKv>
{
    /// <summary>Window w: the last tokens of the prompt, whose outputs count and which are always kept.</summary>
    [StageOption(32, Minimum = 1, Maximum = 1024, Role = OptionRole.Window)]
    public int Window { get; init; }

    /// <summary>Odd width of the pooling.</summary>
    [StageOption(7, Minimum = 1, Maximum = 255, Odd = true, Role = OptionRole.PoolingKernel)]
    public int Kernel { get; init; }

    /// <inheritdoc/>
    public static float Score(in DropKv options, in TokenStatistics token) => token.OutputChange;
}

/// <summary>Declares <see cref="DropKv"/>.</summary>
public sealed class DropKvAttribute : TokenSelectionAttribute<DropKv>
{
    /// <inheritdoc cref="DropKv.Window"/>
    public int Window { get; set; }

    /// <inheritdoc cref="DropKv.Kernel"/>
    public int Kernel { get; set; }
}
