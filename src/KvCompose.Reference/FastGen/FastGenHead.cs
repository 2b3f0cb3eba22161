namespace KvCompose.Reference.FastGen;

/// <summary>FastGen for one key-value head: the cheapest policy that keeps enough of the prompt's attention.</summary>
/// <remarks>
/// Attention is averaged over the group first. c_j = Σ_i a_ij/(n − j). Recovery of a policy: mean over the rows of the probability that
/// it keeps. Source: Ge et al., "Model Tells You What to Discard: Adaptive KV Cache Compression for LLMs", arXiv 2310.01801; the first
/// tokens and the measure of recovery as in the public re-implementation that the authors name.
/// </remarks>
public sealed class FastGenHead
{
    private readonly FastGenSettings _settings;
    private readonly bool[] _special, _punctuation;

    /// <summary>Profiles a prompt.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="queries">[G][n][d].</param>
    /// <param name="keys">[n][d].</param>
    /// <param name="special">[n].</param>
    /// <param name="punctuation">[n].</param>
    public FastGenHead(FastGenSettings settings, double[][][] queries, double[][] keys, bool[] special, bool[] punctuation)
    {
        (_settings, _special, _punctuation) = (settings, special, punctuation);
        int n = keys.Length;
        double[][] attention = [.. Enumerable.Range(0, n).Select(row
            => Numbers.Mean([.. queries.Select(head => Numbers.Attention(head[row], keys[..(row + 1)]))]))];
        Frequent = [.. Enumerable.Range(0, n).Select(j => attention.Skip(j).Sum(row => row[j]) / (n - j))];
        Recovery = [.. Enum.GetValues<FastGenPolicy>().Select(policy =>
        {
            bool[] always = Always(policy, n);
            int window = policy == FastGenPolicy.SpecialPunctuationFrequentLocal ? settings.Window(n) : 0;
            return attention.Select((row, i) => row.Where((_, j) => always[j] || j > i - window).Sum()).Average();
        })];
        int choice = Array.FindIndex(Recovery, recovery => recovery >= settings.Threshold);
        Policy = choice < 0 ? FastGenPolicy.Full : (FastGenPolicy)choice;
    }

    /// <summary>c, [n].</summary>
    public double[] Frequent { get; }

    /// <summary>Recovery of each policy, [5].</summary>
    public double[] Recovery { get; }

    /// <summary>The chosen policy.</summary>
    public FastGenPolicy Policy { get; }

    /// <summary>
    /// Positions of the prompt that stay, ascending; shares are taken of this many tokens (n; the re-implementation adds the longest
    /// answer).
    /// </summary>
    public int[] Kept(int shareOf)
    {
        int n = Frequent.Length;
        bool[] always = Always(Policy, shareOf);
        int window = Policy == FastGenPolicy.SpecialPunctuationFrequentLocal ? _settings.Window(shareOf) : 0;
        return [.. Enumerable.Range(0, n).Where(j => always[j] || j >= n - window)];
    }

    /// <summary>What a policy keeps for every row of the prompt: all but the local window.</summary>
    private bool[] Always(FastGenPolicy policy, int shareOf)
    {
        int n = Frequent.Length;
        if (policy == FastGenPolicy.Full)
        {
            return [.. Enumerable.Repeat(true, n)];
        }

        bool[] kept = [.. Enumerable.Range(0, n).Select(j
            => j < _settings.First || _special[j] || (policy >= FastGenPolicy.SpecialPunctuation && _punctuation[j]))];
        if (policy >= FastGenPolicy.SpecialPunctuationFrequent)
        {
            int window = policy == FastGenPolicy.SpecialPunctuationFrequentLocal ? _settings.Window(shareOf) : 0;
            int[] rest = [.. Enumerable.Range(0, n).Where(j => !kept[j] && j < n - window)];
            int count = (int)Math.Ceiling(Math.Min(_settings.FrequentShare * shareOf, rest.Length));
            foreach (int index in Ranking.Top([.. rest.Select(j => Frequent[j])], count))
            {
                kept[rest[index]] = true;
            }
        }

        return kept;
    }
}
