namespace KvCompose.Reference;

/// <summary>SnapKV: the tokens that the last queries of the prompt attend to most.</summary>
/// <remarks>
/// S = pool(Σ_{i in last w rows} softmax(Q_w Kᵀ/√d)_i), window columns dropped; the top capacity − w of S and the window stay.
/// Source: Li et al., "SnapKV: LLM Knows What You are Looking for Before Generation", arXiv 2404.14469.
/// </remarks>
public static class SnapKv
{
    /// <summary>Selects in one layer.</summary>
    /// <param name="layout">Heads of the layer.</param>
    /// <param name="windowQueries">[Hq, w, d], the rotated queries of the last w positions; not read when everything is kept.</param>
    /// <param name="keys">[Hkv, n, d], rotated.</param>
    /// <param name="scoring">Window, pooling and grouping.</param>
    /// <param name="capacity">Tokens kept per head, the window included.</param>
    /// <returns>Per query head, or per key-value head if the scoring groups.</returns>
    /// <exception cref="ArgumentException">See <see cref="WindowScoring.Scores"/>.</exception>
    public static TokenSelection Select(
        HeadLayout layout, ReadOnlySpan<float> windowQueries, ReadOnlySpan<float> keys, WindowScoring scoring, int capacity)
    {
        int tokens = layout.Rows(keys, layout.KeyValueHeads);
        if (TokenSelection.KeepsEverything(tokens, capacity, scoring.Window))
        {
            int heads = scoring.Grouping == ScoreGrouping.PerQueryHead ? layout.QueryHeads : layout.KeyValueHeads;
            return TokenSelection.Everything(heads, tokens);
        }

        double[][] scores = scoring.Scores(layout, windowQueries, keys);
        return new TokenSelection(
            scores, [.. scores.Select(head => TokenSelection.BestAndWindow(head, TokenSelection.Chosen(capacity, scoring.Window), tokens))]);
    }
}
