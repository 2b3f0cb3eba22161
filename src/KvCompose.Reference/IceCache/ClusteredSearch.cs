namespace KvCompose.Reference.IceCache;

/// <summary>
/// Ranks the pages of the improved index by the softmax weight they hold, exp(q·k/√d) summed over their members. What is
/// scored exactly is prefiltered by the mean and the spread of each page.
/// </summary>
public static class ClusteredSearch
{
    /// <summary>Pages chosen, best first, and how many inner products each query head took, page means included.</summary>
    public readonly record struct Result(int[] Pages, int InnerProducts);

    /// <summary>
    /// Chooses the pages that the query heads of one group share. A page's rank is the sum over the heads of its share of
    /// the weight each head sees: the selection holds the largest mean attention mass. One head is a group of one.
    /// </summary>
    /// <param name="index">The index.</param>
    /// <param name="queries">[group, headDim], rotated.</param>
    /// <param name="tokens">The budget of the group: pages are taken in order of rank as long as they fit.</param>
    /// <returns>Distinct pages; ties go to the lower page id.</returns>
    /// <exception cref="ArgumentException">The queries have another length or are not finite.</exception>
    public static Result Select(ClusteredIndex index, ReadOnlySpan<float> queries, int tokens)
    {
        float[][] heads = Heads(queries, index.Keys.HeadDim);
        int[] live = [.. Enumerable.Range(0, index.Pages.Count).Where(page => index.Pages[page] is not null)];
        int pagesWanted = (tokens + index.Settings.PageTokens - 1) / index.Settings.PageTokens;
        int prefiltered = index.Settings.Prefilter * pagesWanted;
        int products = 0;
        if (prefiltered > 0 && prefiltered < live.Length)
        {
            products = live.Length;
            live = [.. heads.SelectMany(query => Promising(index, live, query, prefiltered)).Distinct().Order()];
        }

        products += live.Sum(page => index.Pages[page]!.Tokens.Count);
        double[] ranks = Ranks(index, live, heads);
        var chosen = new List<int>();
        foreach (int i in Ranking.Top(ranks, ranks.Length))
        {
            tokens -= index.Pages[live[i]]!.Tokens.Count;
            if (tokens < 0)
            {
                break;
            }

            chosen.Add(live[i]);
        }

        return new Result([.. chosen], products);
    }

    private static IEnumerable<int> Promising(ClusteredIndex index, int[] live, float[] query, int count)
    {
        double[] promises = [.. live.Select(page => index.Pages[page]!.Digest(index.Keys).Promise(query))];
        return Ranking.Top(promises, count).Select(i => live[i]);
    }

    private static double[] Ranks(ClusteredIndex index, int[] live, float[][] heads)
    {
        var ranks = new double[live.Length];
        foreach (float[] query in heads)
        {
            double[] weights = [.. live.Select(page => index.Pages[page]!.Members(index.Keys).Score(query))];
            double largest = weights.Max();
            double sum = weights.Sum(weight => Math.Exp(weight - largest));
            for (int i = 0; i < ranks.Length; i++)
            {
                ranks[i] += Math.Exp(weights[i] - largest) / sum;
            }
        }

        return ranks;
    }

    private static float[][] Heads(ReadOnlySpan<float> queries, int headDim)
    {
        if (queries.IsEmpty || queries.Length % headDim != 0)
        {
            throw new ArgumentException($"{queries.Length} query elements where headDim is {headDim}", nameof(queries));
        }

        foreach (float value in queries)
        {
            if (!float.IsFinite(value))
            {
                throw new ArgumentException($"a query element is {value}", nameof(queries));
            }
        }

        return [.. queries.ToArray().Chunk(headDim)];
    }
}
