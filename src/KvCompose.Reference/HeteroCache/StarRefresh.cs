namespace KvCompose.Reference.HeteroCache;

/// <summary>What a drift brings back. Spec §1.5.</summary>
/// <param name="Reference">The new reference set, ascending.</param>
/// <param name="Fetched">[satellite in star order]: prompt positions that replace its own, ascending.</param>
public sealed record StarRefresh(int[] Reference, int[][] Fetched)
{
    /// <summary>
    /// Every satellite gets as many of the pivot's best positions as it has room for. The published code instead sorts the largest
    /// satellite's set by position and hands out its front (defect B).
    /// </summary>
    /// <param name="pivotScores">The pivot's scores under the last query of the window, [prompt tokens].</param>
    /// <param name="capacities">[satellite in star order].</param>
    /// <param name="referenceTokens">K.</param>
    /// <param name="defects"><see cref="PublishedDefects.PositionBiasedTruncation"/> or none.</param>
    public static StarRefresh Of(double[] pivotScores, IReadOnlyList<int> capacities, int referenceTokens, PublishedDefects defects)
    {
        int[] largest = PromptScores.Best(pivotScores, capacities.Max());
        return new StarRefresh(
            PromptScores.Best(pivotScores, referenceTokens),
            [.. capacities.Select(capacity => defects.HasFlag(PublishedDefects.PositionBiasedTruncation)
                ? largest[..capacity]
                : PromptScores.Best(pivotScores, capacity))]);
    }
}
