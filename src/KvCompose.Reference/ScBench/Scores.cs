using System.Globalization;
using System.Text.RegularExpressions;

namespace KvCompose.Reference.ScBench;

/// <summary>Scores of one answer in SCBench's tasks.</summary>
/// <remarks>
/// Source: Li et al., "SCBench: A KV Cache-Centric Analysis of Long-Context Methods", arXiv 2412.10319, and its published scorers.
/// </remarks>
public static partial class Scores
{
    private const string Options = "ABCD";
    private static readonly string[] AnswerPrefixes = ["answer is:", "answer:", "answer is", "option is"];

    /// <summary>String retrieval: the label stands in the answer.</summary>
    public static double Contains(string prediction, string label) => prediction.Contains(label, StringComparison.Ordinal) ? 1 : 0;

    /// <summary>Variable tracking: share of the names that the answer holds in any case, rounded to two digits, halves to even.</summary>
    public static double Names(string prediction, IReadOnlyList<string> names)
    {
        string lower = prediction.ToLowerInvariant();
        double share = names.Count(name => lower.Contains(name.ToLowerInvariant(), StringComparison.Ordinal)) / (double)names.Count;
        return Rounding.Round(share, 2);
    }

    /// <summary>Passkey: the first run of ASCII digits equals the label as text.</summary>
    public static double Passkey(string prediction, string label) => Digits().Match(prediction).Value == label ? 1 : 0;

    /// <summary>Any of the references stands in the answer, in any case. A reference that is one text counts by its characters.</summary>
    public static double AnyContained(string prediction, IEnumerable<string> references)
    {
        string upper = prediction.Trim().ToUpperInvariant();
        return references.Any(reference => upper.Contains(reference.ToUpperInvariant(), StringComparison.Ordinal)) ? 1 : 0;
    }

    /// <summary>Math find: the first number, without its sign, equals the label; for a whole label its decimals are cut off.</summary>
    /// <param name="prediction">The answer.</param>
    /// <param name="label">The number.</param>
    /// <param name="whole">Whether the label is a whole number.</param>
    public static double FirstNumber(string prediction, double label, bool whole)
    {
        Match number = Number().Match(prediction);
        if (!number.Success)
        {
            return 0;
        }

        double value = double.Parse(
            string.Concat(number.Value.Select(c => c == '.' ? c : (char)('0' + (int)char.GetNumericValue(c)))),
                CultureInfo.InvariantCulture);
        return (whole ? Math.Truncate(value) : value) == label ? 1 : 0;
    }

    /// <summary>Multiple choice: the letter or the answer's text, with the fall-backs of InfiniteBench.</summary>
    /// <param name="prediction">The answer.</param>
    /// <param name="labels">Text and letter.</param>
    public static double Choice(string prediction, IReadOnlyList<string> labels)
    {
        string text = prediction.Trim();
        if (text.Length == 0)
        {
            return 0;
        }

        if (Options.Contains(text[0]))
        {
            return labels.Contains(text[..1]) ? 1 : 0;
        }

        if (labels.Contains(text))
        {
            return 1;
        }

        text = string.Concat(text.Select(c => "\n\"'.,?!{}".Contains(c) ? ' ' : c));
        text = Spaces().Replace(text, " ");
        foreach (string prefix in AnswerPrefixes)
        {
            int at = text.IndexOf(prefix, StringComparison.Ordinal);
            if (at >= 0)
            {
                int behind = at + prefix.Length + 1;
                return behind <= text.Length && labels.Any(label => text[behind..].StartsWith(label, StringComparison.Ordinal)) ? 1 : 0;
            }
        }

        // "AB" and "BCD" are found too: the published test is one for substrings.
        string? word = TextNormaliser.Words(text).FirstOrDefault(word => Options.Contains(word, StringComparison.Ordinal));
        return word is not null && labels.Contains(word) ? 1 : 0;
    }

    /// <summary>F1 over words, the best of the references.</summary>
    public static double EnglishF1(string prediction, IEnumerable<string> references)
        => F1(TextNormaliser.EnglishWords(prediction), references.Select(TextNormaliser.EnglishWords));

    /// <summary>F1 over characters, the best of the references.</summary>
    public static double ChineseF1(string prediction, IEnumerable<string> references)
        => F1(TextNormaliser.ChineseCharacters(prediction), references.Select(TextNormaliser.ChineseCharacters));

    private static double F1(string[] tokens, IEnumerable<string[]> references) => references.Select(reference =>
    {
        var left = reference.GroupBy(token => token).ToDictionary(group => group.Key, group => group.Count());
        int same = tokens.Count(token => left.GetValueOrDefault(token) > 0 && left[token]-- > 0);
        double precision = same / (double)tokens.Length, recall = same / (double)reference.Length;
        return same == 0 ? 0 : 2 * precision * recall / (precision + recall);
    }).DefaultIfEmpty(0).Max();

    [GeneratedRegex("[0-9]+")]
    private static partial Regex Digits();

    [GeneratedRegex(@"\d+\.\d+|\d+")]
    private static partial Regex Number();

    [GeneratedRegex(" {2,}")]
    private static partial Regex Spaces();
}
