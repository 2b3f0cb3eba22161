namespace KvCompose.Models.Sampling.Grammars;

/// <summary>The bytes of all tokens of a vocabulary, in the order of the bytes. Made once, shared by all sequences.</summary>
public sealed class TokenTable
{
    /// <summary>Makes the table.</summary>
    /// <param name="vocabularySize">Number of tokens.</param>
    /// <param name="bytes">What a token stands for; none for control tokens, which no grammar allows.</param>
    /// <param name="endTokens">Tokens that end an answer. They are allowed when the value is complete, and not before.</param>
    /// <exception cref="ArgumentException">There is no end token, or one outside the vocabulary.</exception>
    public TokenTable(int vocabularySize, TokenBytes bytes, IReadOnlyCollection<int> endTokens)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        ArgumentNullException.ThrowIfNull(endTokens);
        if (endTokens.Count == 0 || endTokens.Any(token => token < 0 || token >= vocabularySize))
        {
            throw new ArgumentException($"A grammar needs end tokens from 0 to {vocabularySize - 1}", nameof(endTokens));
        }

        VocabularySize = vocabularySize;
        EndTokens = [.. endTokens.Distinct()];
        Bytes = new byte[vocabularySize][];
        for (int token = 0; token < vocabularySize; token++)
        {
            Bytes[token] = EndTokens.Contains(token) ? [] : bytes(token).ToArray();
        }

        Order = [.. Enumerable.Range(0, vocabularySize).Where(token => Bytes[token].Length > 0)];
        Array.Sort(Order, (a, b) => Bytes[a].AsSpan().SequenceCompareTo(Bytes[b]));
        Shared = new int[Order.Length];
        for (int i = 1; i < Order.Length; i++)
        {
            Shared[i] = Bytes[Order[i - 1]].AsSpan().CommonPrefixLength(Bytes[Order[i]]);
        }

        Longest = Order.Length == 0 ? 0 : Order.Max(token => Bytes[token].Length);
    }

    /// <summary>Number of tokens.</summary>
    public int VocabularySize { get; }

    internal int[] EndTokens { get; }

    internal byte[][] Bytes { get; }

    /// <summary>Tokens that have bytes, ordered by them.</summary>
    internal int[] Order { get; }

    /// <summary>How many first bytes each token of <see cref="Order"/> shares with the one before.</summary>
    internal int[] Shared { get; }

    internal int Longest { get; }
}
