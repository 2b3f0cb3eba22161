using System.Globalization;
using KvCompose.Models.Tokenizers;

namespace KvCompose.Evaluation;

/// <summary>The English sentences of the needle task as the tokens of a model: for any tokenizer that reads English.</summary>
/// <remarks>
/// A sentence is put together of pieces that were encoded one by one, so a value has the same tokens where it is said and where it is
/// asked for.
/// </remarks>
public sealed class ProseNeedleWords
{
    private const string Anchor = "x:";
    private const int NoiseWords = 8000;
    private const int LeastValue = 1000;
    private const int Values = 9000;

    private readonly Tokenizer _tokenizer;
    private readonly int[] _anchor;

    /// <summary>Encodes the words.</summary>
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <exception cref="ArgumentException">The tokenizer has no tokens for English.</exception>
    public ProseNeedleWords(Tokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        _tokenizer = tokenizer;
        _anchor = tokenizer.Encode(Anchor, addSpecialTokens: false);
        Beginning = [.. tokenizer.Encode("Remember the numbers in the following text."), .. Piece("\n")];
        Adjectives = [.. WordStock.Adjectives.Select(word => Piece(" " + word))];
        Nouns = [.. WordStock.Nouns.Select(word => Piece(" " + word))];
        Noise = [.. EssayText.MadeUp.Sentences(NoiseWords).Select(sentence => Piece(" " + sentence))];
        (FactStart, FactMiddle, FullStop) = (Piece(" The special number of the"), Piece(" is"), Piece("."));
        (QuestionStart, QuestionEnd) = (Piece("\nQuestion: What is the special number of the"), Piece("?\nAnswer: The special number of the"));
        LongestKey = Adjectives.Max(static word => word.Length) + Nouns.Max(static word => word.Length);
        LongestValue = Enumerable.Range(0, Values / LeastValue).Max(digit => Value((digit * LeastValue) + LeastValue - 1).Length);
    }

    /// <summary>Most tokens of a key.</summary>
    internal int LongestKey { get; }

    /// <summary>Most tokens that a value is thought to have; a longer one takes the place of noise.</summary>
    internal int LongestValue { get; }

    internal int[] Beginning { get; }

    internal int[][] Adjectives { get; }

    internal int[][] Nouns { get; }

    internal int[][] Noise { get; }

    internal int[] FactStart { get; }

    internal int[] FactMiddle { get; }

    internal int[] FullStop { get; }

    internal int[] QuestionStart { get; }

    internal int[] QuestionEnd { get; }

    /// <summary>The tokens of a number of four digits.</summary>
    /// <param name="value">From 0; the number is that much above 1000.</param>
    internal int[] Value(int value) => Piece(" " + (value + LeastValue).ToString(CultureInfo.InvariantCulture));

    /// <summary>A uniformly drawn value.</summary>
    internal int[] Value(SeededRandom random) => Value(random.Next(Values));

    /// <summary>The tokens of a text that goes on after another: without what a tokenizer puts in front of a beginning.</summary>
    private int[] Piece(string text)
    {
        int[] whole = _tokenizer.Encode(Anchor + text, addSpecialTokens: false);
        return whole.AsSpan().StartsWith(_anchor) ? whole[_anchor.Length..] : _tokenizer.Encode(text, addSpecialTokens: false);
    }
}
