namespace KvCompose.Reference.IceCache;

/// <summary>InfiniGen: partial queries against partial keys say how many tokens matter, and which.</summary>
public static class InfiniGenChoice
{
    /// <summary>
    /// Counts, per head, the scores above that head's largest − alpha; the mean count over the heads, truncated and at
    /// most <paramref name="most"/>, is the number of tokens every head takes.
    /// </summary>
    /// <param name="scores">[heads][tokens], partial query · partial key.</param>
    /// <param name="alpha">How far below the largest score a token still counts.</param>
    /// <param name="most">Most tokens a head may take.</param>
    /// <returns>[heads][count], best first.</returns>
    /// <exception cref="ArgumentException">There is no head or a head has no token.</exception>
    public static int[][] Tokens(IReadOnlyList<double[]> scores, double alpha, int most)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(most);
        if (scores.Count == 0 || scores.Any(head => head.Length == 0))
        {
            throw new ArgumentException("every head needs a score", nameof(scores));
        }

        int counted = scores.Sum(head =>
        {
            double bar = head.Max() - alpha;
            return head.Count(score => score > bar);
        });
        int count = Math.Min(counted / scores.Count, most);
        return [.. scores.Select(head => Ranking.Top(head, count))];
    }
}
