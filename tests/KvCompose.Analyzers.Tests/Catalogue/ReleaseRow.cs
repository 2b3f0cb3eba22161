using System.Text.RegularExpressions;

namespace KvCompose.Analyzers.Tests.Catalogue;

/// <summary>A row of the files that track releases.</summary>
internal sealed partial record ReleaseRow(string Id, string Category, string Severity, string Notes)
{
    /// <summary>The rows of all releases, and of what is not released yet.</summary>
    public static IReadOnlyList<ReleaseRow> All { get; } =
    [
        .. new[] { "AnalyzerReleases.Shipped.md", "AnalyzerReleases.Unshipped.md" }
            .SelectMany(file => Row().Matches(File.ReadAllText(Path.Combine(RulePage.PathOf("AnalyzerReleases"), file))))
            .Select(match => new ReleaseRow(
                match.Groups["id"].Value, match.Groups["category"].Value, match.Groups["severity"].Value, match.Groups["notes"].Value)),
    ];

    [GeneratedRegex(@"^(?<id>KVC\d{4}) \| (?<category>\S+) \| (?<severity>\S+) \| (?<notes>.+)$", RegexOptions.Multiline)]
    private static partial Regex Row();
}
