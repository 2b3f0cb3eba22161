namespace KvCompose.Reference.ScBench;

/// <summary>ROUGE-Lsum: union of the longest common subsequences of each reference line with all lines of the text, as f-measure.</summary>
/// <remarks>
/// Tokens are runs of [a-z0-9] in lower case; no stemming. Source: Lin, "ROUGE: A Package for Automatic Evaluation of Summaries", 2004.
/// </remarks>
public static class RougeLsum
{
    /// <summary>f-measure in [0, 1].</summary>
    public static double Score(string prediction, string reference)
    {
        string[][] lines = Lines(prediction), wanted = Lines(reference);
        int tokens = lines.Sum(line => line.Length), wantedTokens = wanted.Sum(line => line.Length);
        if (tokens == 0 || wantedTokens == 0)
        {
            return 0;
        }

        Dictionary<string, int> left = Counts(lines), wantedLeft = Counts(wanted);
        int hits = 0;
        foreach (string[] line in wanted)
        {
            var union = new SortedSet<int>(lines.SelectMany(other => Common(line, other)));
            foreach (string token in union.Select(index => line[index]))
            {
                if (left.GetValueOrDefault(token) > 0 && wantedLeft.GetValueOrDefault(token) > 0)
                {
                    left[token]--;
                    wantedLeft[token]--;
                    hits++;
                }
            }
        }

        double precision = hits / (double)tokens, recall = hits / (double)wantedTokens;
        return hits == 0 ? 0 : 2 * precision * recall / (precision + recall);
    }

    private static string[][] Lines(string text) => [.. text.Split('\n').Where(line => line.Length > 0).Select(Tokens)];

    private static string[] Tokens(string line)
        => string.Concat(line.ToLowerInvariant().Select(c => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') ? c : ' '))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static Dictionary<string, int> Counts(string[][] lines)
        => lines.SelectMany(line => line).GroupBy(token => token).ToDictionary(group => group.Key, group => group.Count());

    /// <summary>Indices in the first sequence of one longest common subsequence.</summary>
    private static IEnumerable<int> Common(string[] first, string[] second)
    {
        var length = new int[first.Length + 1, second.Length + 1];
        for (int i = 1; i <= first.Length; i++)
        {
            for (int j = 1; j <= second.Length; j++)
            {
                length[i, j] = first[i - 1] == second[j - 1] ? length[i - 1, j - 1] + 1 : Math.Max(length[i - 1, j], length[i, j - 1]);
            }
        }

        for (int i = first.Length, j = second.Length; i > 0 && j > 0;)
        {
            if (first[i - 1] == second[j - 1])
            {
                yield return i - 1;
                (i, j) = (i - 1, j - 1);
            }
            else if (length[i, j - 1] > length[i - 1, j])
            {
                j--;
            }
            else
            {
                i--;
            }
        }
    }
}
