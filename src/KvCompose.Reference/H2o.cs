namespace KvCompose.Reference;

/// <summary>H2O: the heavy hitters, tokens that collected most attention from all queries so far, and the recent ones.</summary>
/// <remarks>
/// s_j = Σ_{i ≥ j} softmax(q_i Kᵀ/√d)_j over all n queries; the top capacity − w of s and the last w tokens stay. No pooling.
/// Source: Zhang et al., "H2O: Heavy-Hitter Oracle for Efficient Generative Inference of Large Language Models",
/// arXiv 2306.14048.
/// </remarks>
public static class H2o
{
    /// <summary>Selects in one layer after prefill.</summary>
    /// <param name="layout">Heads of the layer.</param>
    /// <param name="queries">[Hq, n, d], all rotated queries.</param>
    /// <param name="keys">[Hkv, n, d], rotated.</param>
    /// <param name="window">w, recent tokens that are always kept.</param>
    /// <param name="capacity">Tokens kept per head, the window included.</param>
    /// <param name="causal">
    /// False reproduces a published port in which only the last w rows are masked, so that the others see the future.
    /// </param>
    /// <param name="reduction">What a group makes of its scores; null selects per query head.</param>
    public static TokenSelection Select(
        HeadLayout layout,
        ReadOnlySpan<float> queries,
        ReadOnlySpan<float> keys,
        int window,
        int capacity,
        bool causal = true,
        GroupReduction? reduction = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(window, 1);
        int tokens = layout.Rows(keys, layout.KeyValueHeads);
        if (TokenSelection.KeepsEverything(tokens, capacity, window))
        {
            return TokenSelection.Everything(reduction is null ? layout.QueryHeads : layout.KeyValueHeads, tokens);
        }

        var scores = new double[layout.QueryHeads][];
        for (int head = 0; head < scores.Length; head++)
        {
            scores[head] = Accumulated(
                layout.Head(queries, head, tokens), layout.Head(keys, head / layout.Group, tokens), tokens, layout.HeadDim, window, causal)
                [..(tokens - window)];
        }

        scores = reduction is { } reduce ? WindowScoring.Reduce(layout, scores, reduce) : scores;
        return new TokenSelection(
            scores, [.. scores.Select(head => TokenSelection.BestAndWindow(head, TokenSelection.Chosen(capacity, window), tokens))]);
    }

    /// <summary>Attention that each token collected from all queries of one head: queries and keys [n, d] to [n].</summary>
    public static double[] Accumulated(
        ReadOnlySpan<float> queries, ReadOnlySpan<float> keys, int tokens, int headDim, int window, bool causal = true)
    {
        var collected = new double[tokens];
        for (int row = 0; row < tokens; row++)
        {
            int visible = causal || row >= tokens - window ? row + 1 : tokens;
            double[,] probabilities = WindowAttention.Probabilities(
                queries.Slice(row * headDim, headDim), keys[..(visible * headDim)], 1, visible, headDim);
            for (int token = 0; token < visible; token++)
            {
                collected[token] += probabilities[0, token];
            }
        }

        return collected;
    }
}
