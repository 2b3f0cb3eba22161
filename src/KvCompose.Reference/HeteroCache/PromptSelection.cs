namespace KvCompose.Reference.HeteroCache;

/// <summary>What the heads of a layer keep of the prompt. Spec §1.4.</summary>
/// <param name="Kept">[head]: positions, ascending; all of them for volatile heads and pivots.</param>
/// <param name="Pivots">The layer's pivots in physical order.</param>
/// <param name="References">[pivot in that order]: R_p, the positions that drift is measured against, ascending.</param>
public sealed record PromptSelection(int[][] Kept, int[] Pivots, int[][] References)
{
    /// <summary>Chooses by the last prompt token's queries: every head with its own queries and keys.</summary>
    public static PromptSelection Of(HeadProfile profile, int layer, LayerPrompt prompt, LayerBudget budget, PromptScores scores)
    {
        int[] order = HeadOrder.Of(profile.Classes[layer]);
        int[] pivots = [.. order.Where(head => profile.Classes[layer][head] == HeadClass.Pivot)];
        return new PromptSelection(
            [.. Enumerable.Range(0, profile.KeyValueHeads).Select(head => budget.Kept[head] == prompt.Tokens
                ? [.. Enumerable.Range(0, prompt.Tokens)]
                : Best(head, budget.Kept[head]))],
            pivots,
            [.. pivots.Select(pivot => Best(pivot, budget.Base))]);

        int[] Best(int head, int count) =>
            PromptScores.Best(scores.Of(prompt.QueriesOf(head), prompt.KeysOf(head), prompt.HeadDim), count);
    }
}
