namespace KvCompose.Reference.ScBench;

/// <summary>BLEU-4 of one text against one reference, words between white space, smoothed for short texts.</summary>
/// <remarks>
/// A precision without a match gets the numerator 1/(2^i·5/ln len), i counting such precisions; orders beyond the text's length are
/// left out where the text has one word. Source: Papineni et al. 2002; smoothing 4 of Chen and Cherry 2014 as in NLTK.
/// </remarks>
public static class Bleu
{
    private const int Orders = 4, SmoothingFactor = 5;

    /// <summary>Similarity in [0, 1].</summary>
    public static double Similarity(string candidate, string reference)
    {
        string[] words = Split(candidate), wanted = Split(reference);
        (int Matches, int Total)[] precisions = [.. Enumerable.Range(1, Orders).Select(order => Matches(words, wanted, order))];
        if (precisions[0].Matches == 0)
        {
            return 0;
        }

        double logs = 0;
        int zeros = 1;
        foreach ((int matches, int total) in precisions)
        {
            double numerator = matches;
            if (matches == 0 && words.Length > 1)
            {
                numerator = 1 / (Math.Pow(2, zeros++) * SmoothingFactor / Math.Log(words.Length));
            }

            if (numerator > 0)
            {
                logs += Math.Log(numerator / total) / Orders;
            }
        }

        double brevity = words.Length > wanted.Length ? 1 : Math.Exp(1 - wanted.Length / (double)words.Length);
        return brevity * Math.Exp(logs);
    }

    /// <summary>A strip and a split at white space: an empty text is one empty word.</summary>
    private static string[] Split(string text) => TextNormaliser.Words(text) is { Length: > 0 } words ? words : [""];

    private static (int Matches, int Total) Matches(string[] words, string[] wanted, int order)
    {
        var available = new Dictionary<string, int>();
        foreach (string gram in Grams(wanted, order))
        {
            available[gram] = available.GetValueOrDefault(gram) + 1;
        }

        int matches = 0, total = 0;
        foreach (string gram in Grams(words, order))
        {
            total++;
            if (available.GetValueOrDefault(gram) > 0)
            {
                available[gram]--;
                matches++;
            }
        }

        return (matches, Math.Max(1, total));
    }

    private static IEnumerable<string> Grams(string[] words, int order)
        => Enumerable.Range(0, Math.Max(0, words.Length - order + 1)).Select(first => string.Join('\n', words[first..(first + order)]));
}
