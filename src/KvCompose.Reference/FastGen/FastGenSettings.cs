namespace KvCompose.Reference.FastGen;

/// <summary>What a head keeps, cheapest first.</summary>
public enum FastGenPolicy
{
    /// <summary>First and special tokens.</summary>
    Special,

    /// <summary>And punctuation.</summary>
    SpecialPunctuation,

    /// <summary>And the tokens with most attention.</summary>
    SpecialPunctuationFrequent,

    /// <summary>And the newest ones.</summary>
    SpecialPunctuationFrequentLocal,

    /// <summary>Everything.</summary>
    Full,
}

/// <summary>Settings of FastGen.</summary>
/// <param name="Threshold">T, share of the attention that a policy must keep.</param>
/// <param name="FrequentShare">r_f, frequent tokens by tokens.</param>
/// <param name="LocalShare">r_l, newest tokens by tokens.</param>
/// <param name="First">First tokens that every policy keeps.</param>
public sealed record FastGenSettings(double Threshold = 0.9, double FrequentShare = 0.3, double LocalShare = 0.3, int First = 4)
{
    /// <summary>W = max(1, ⌊r_l·tokens⌋).</summary>
    public int Window(int tokens) => Math.Max(1, (int)(LocalShare * tokens));
}

/// <summary>Token classes of a prompt.</summary>
public static class FastGenTokens
{
    /// <summary>Every exact occurrence of a special sequence, all its tokens: [n].</summary>
    public static bool[] Special(int[] tokens, int[][] sequences)
    {
        var special = new bool[tokens.Length];
        foreach (int[] sequence in sequences)
        {
            for (int first = 0; first + sequence.Length <= tokens.Length; first++)
            {
                if (tokens.AsSpan(first, sequence.Length).SequenceEqual(sequence))
                {
                    special.AsSpan(first, sequence.Length).Fill(true);
                }
            }
        }

        return special;
    }

    /// <summary>Tokens whose id is punctuation: [n].</summary>
    public static bool[] Punctuation(int[] tokens, int[] ids) => [.. tokens.Select(token => ids.Contains(token))];
}
