using System.Text.RegularExpressions;

namespace KvCompose.Evaluation;

/// <summary>RULER's scores of one answer. Source: RULER, scripts/eval (postprocess_pred, string_match_all, string_match_part).</summary>
public static partial class StringMatch
{
    /// <summary>Share of the references that the answer contains, whatever their case.</summary>
    /// <param name="prediction">What was answered.</param>
    /// <param name="references">At least one.</param>
    public static double All(string prediction, IReadOnlyList<string> references) => Contained(prediction, references).Average(found => found ? 1.0 : 0.0);

    /// <summary>1 if the answer contains any of the references, whatever their case, else 0.</summary>
    /// <param name="prediction">What was answered.</param>
    /// <param name="references">At least one.</param>
    public static double Any(string prediction, IReadOnlyList<string> references) => Contained(prediction, references).Any(found => found) ? 1 : 0;

    /// <summary>An answer without control characters, and without white space around it.</summary>
    /// <param name="prediction">What was answered.</param>
    public static string Clean(string prediction)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        return ControlCharacters().Replace(prediction.Trim(), "\n").Trim();
    }

    private static IEnumerable<bool> Contained(string prediction, IReadOnlyList<string> references)
    {
        ArgumentNullException.ThrowIfNull(references);
        ArgumentOutOfRangeException.ThrowIfZero(references.Count, nameof(references));
        string clean = Clean(prediction);
        return references.Select(reference => clean.Contains(reference, StringComparison.OrdinalIgnoreCase));
    }

    [GeneratedRegex("[\\x00-\\x1f]")]
    private static partial Regex ControlCharacters();
}
