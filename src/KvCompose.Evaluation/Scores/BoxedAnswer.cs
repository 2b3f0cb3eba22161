using System.Text.RegularExpressions;

namespace KvCompose.Evaluation;

/// <summary>NeedleBench's score of its reasoning tasks: what stands in the last \boxed{…} is the answer, exactly.</summary>
internal static partial class BoxedAnswer
{
    public static double Equal(string prediction, IReadOnlyList<string> references)
        => Boxed().Matches(prediction) is { Count: > 0 } found && references.Contains(found[^1].Groups[1].Value.Trim()) ? 1 : 0;

    [GeneratedRegex(@"\\boxed\{([^{}]*)\}")]
    private static partial Regex Boxed();
}
