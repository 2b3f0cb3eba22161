using System.Text.RegularExpressions;

namespace KvCompose.Reference.ScBench;

/// <summary>Function retrieval: the function of the context that the answer is most similar to.</summary>
/// <remarks>Source: Liu et al., "RepoQA: Evaluating Long Context Code Understanding", arXiv 2406.06025.</remarks>
public static partial class FunctionRetrieval
{
    /// <summary>Similarity from which a match counts.</summary>
    public const double Threshold = 0.8;

    /// <summary>The text that is compared: the first function in the answer's code blocks, else the first block, else the answer.</summary>
    public static string Sanitise(string answer)
    {
        string trimmed = answer.Trim();
        string[] blocks = [.. CodeBlock().Matches(trimmed).Select(match => match.Groups[1].Value)];
        return blocks.Select(PythonFunction).FirstOrDefault(function => function is not null) ?? blocks.FirstOrDefault() ?? trimmed;
    }

    /// <summary>The most similar function, the first among equals, and its similarity; null and 0 if none has any.</summary>
    public static (string? Name, double Similarity) Best(string sanitised, IEnumerable<(string Name, string Text)> functions)
    {
        (string? name, double best) = (null, 0);
        foreach ((string candidate, string text) in functions)
        {
            double similarity = Bleu.Similarity(sanitised, text);
            (name, best) = similarity > best ? (candidate, similarity) : (name, best);
        }

        return (name, best);
    }

    /// <summary>The first definition of a Python function with its indented body.</summary>
    private static string? PythonFunction(string code)
    {
        string[] lines = code.Split('\n');
        int first = Array.FindIndex(lines, line => Definition().IsMatch(line));
        if (first < 0)
        {
            return null;
        }

        int indent = Indent(lines[first]), last = first;
        for (int i = first + 1; i < lines.Length && (string.IsNullOrWhiteSpace(lines[i]) || Indent(lines[i]) > indent); i++)
        {
            last = string.IsNullOrWhiteSpace(lines[i]) ? last : i;
        }

        return last == first && lines[first].TrimEnd().EndsWith(':')
            ? null
            : string.Join('\n', lines[first..(last + 1)])[indent..].TrimEnd();
    }

    private static int Indent(string line) => line.Length - line.TrimStart().Length;

    [GeneratedRegex(@"^```(?:\w+)?\s*\n(.*?)(?=^```)```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex CodeBlock();

    [GeneratedRegex(@"^\s*(async\s+)?def\s+\w+\s*\(")]
    private static partial Regex Definition();
}
