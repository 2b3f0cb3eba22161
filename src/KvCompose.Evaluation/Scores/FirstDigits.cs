using System.Text.RegularExpressions;

namespace KvCompose.Evaluation;

/// <summary>InfiniteBench's score of passkey and number_string: the first run of digits is the key.</summary>
internal static partial class FirstDigits
{
    public static double Equal(string prediction, IReadOnlyList<string> references)
        => Run().Match(prediction) is { Success: true } found && references.Contains(found.Value) ? 1 : 0;

    [GeneratedRegex("[0-9]+")]
    private static partial Regex Run();
}
