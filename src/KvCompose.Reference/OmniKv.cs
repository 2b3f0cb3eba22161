namespace KvCompose.Reference;

/// <summary>
/// OmniKV: at every decode step, filter layers choose prompt tokens; the layers that follow attend to just these and to what was decoded.
/// One set for all heads. Source: Hao et al., "OmniKV: Dynamic Context Selection for Efficient Long-Context LLMs", ICLR 2025.
/// </summary>
/// <remarks>
/// Layers before the first filter layer, filter layers and a number of layers after each hold every token; the others follow the nearest
/// filter layer before them. The published code rotates all queries of its window to the newest position, and takes their softmax over the
/// tokens that may be chosen; here a query keeps its position, and its softmax is over the prompt that it sees.
/// </remarks>
public static class OmniKv
{
    /// <summary>For every layer the filter layer that it follows, or −1 for one that holds every token.</summary>
    /// <param name="layers">L.</param>
    /// <param name="filters">Filter layers, ascending, 0-based.</param>
    /// <param name="waitLayers">Layers behind a filter layer that hold every token, so that the copy for deeper ones can hide behind them.</param>
    public static int[] Followed(int layers, ReadOnlySpan<int> filters, int waitLayers)
    {
        var followed = new int[layers];
        Array.Fill(followed, -1);
        for (int i = 0; i < filters.Length; i++)
        {
            int next = i + 1 < filters.Length ? filters[i + 1] : layers;
            for (int layer = filters[i] + waitLayers + 1; layer < Math.Min(next, layers); layer++)
            {
                followed[layer] = filters[i];
            }
        }

        return followed;
    }

    /// <summary>Selector "last": max over the query heads of q·k/√d, for every prompt token.</summary>
    /// <param name="layout">Heads of the filter layer.</param>
    /// <param name="queries">[Hq, d] of the step, rotated.</param>
    /// <param name="keys">[Hkv, n, d] of the prompt, rotated.</param>
    public static double[] Products(HeadLayout layout, ReadOnlySpan<double> queries, ReadOnlySpan<double> keys)
    {
        double[][] logits = Logits(layout, queries, keys);
        return [.. Enumerable.Range(0, logits[0].Length).Select(token => logits.Max(head => head[token]))];
    }

    /// <summary>One row of the selectors "uniform" and "exp": max over the query heads of the softmax over the prompt tokens that the query sees.</summary>
    /// <param name="layout">Heads of the filter layer.</param>
    /// <param name="queries">[Hq, d] of one token, rotated.</param>
    /// <param name="keys">[Hkv, n, d] of the prompt, rotated.</param>
    /// <param name="visible">How many of the prompt's tokens the query sees; the others get 0.</param>
    public static double[] Probabilities(HeadLayout layout, ReadOnlySpan<double> queries, ReadOnlySpan<double> keys, int visible)
    {
        var row = new double[keys.Length / (layout.KeyValueHeads * layout.HeadDim)];
        foreach (double[] logits in Logits(layout, queries, keys))
        {
            double maximum = logits.Take(visible).Max(), sum = logits.Take(visible).Sum(logit => Math.Exp(logit - maximum));
            for (int token = 0; token < visible; token++)
            {
                row[token] = Math.Max(row[token], Math.Exp(logits[token] - maximum) / sum);
            }
        }

        return row;
    }

    /// <summary>Σ over the rows of a window, each weighted by a power of what a row loses with every step.</summary>
    /// <param name="rows">Oldest first, each [n].</param>
    /// <param name="retained">1 for "uniform", 1/2 for "exp".</param>
    public static double[] Together(IReadOnlyList<double[]> rows, double retained)
    {
        var sums = new double[rows[0].Length];
        for (int row = 0; row < rows.Count; row++)
        {
            double weight = Math.Pow(retained, rows.Count - 1 - row);
            for (int token = 0; token < sums.Length; token++)
            {
                sums[token] += weight * rows[row][token];
            }
        }

        return sums;
    }

    /// <summary>The prompt tokens that the layers of a filter attend to, ascending.</summary>
    /// <param name="scores">[n].</param>
    /// <param name="count">How many.</param>
    /// <param name="tail">The last tokens of the prompt that are among them whatever they score; the newest first where there are more than <paramref name="count"/>.</param>
    public static int[] Choose(double[] scores, int count, int tail)
    {
        int tokens = scores.Length, kept = Math.Min(tail, Math.Min(count, tokens));
        int last = tokens - Math.Min(tail, tokens);
        return
        [
            .. Ranking.Top(scores.AsSpan(0, last), Math.Min(last, count - kept)).Order(),
            .. Enumerable.Range(tokens - kept, kept),
        ];
    }

    private static double[][] Logits(HeadLayout layout, ReadOnlySpan<double> queries, ReadOnlySpan<double> keys)
    {
        int d = layout.HeadDim, tokens = keys.Length / (layout.KeyValueHeads * d);
        var logits = new double[layout.QueryHeads][];
        for (int head = 0; head < layout.QueryHeads; head++)
        {
            ReadOnlySpan<double> query = queries.Slice(head * d, d), own = keys.Slice(head / layout.Group * tokens * d, tokens * d);
            logits[head] = new double[tokens];
            for (int i = 0; i < own.Length; i++)
            {
                logits[head][i / d] += query[i % d] * own[i] / Math.Sqrt(d);
            }
        }

        return logits;
    }
}
