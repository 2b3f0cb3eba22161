using System.Reflection;
using System.Text.RegularExpressions;
using KvCompose.Roslyn.Testing;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace KvCompose.Analyzers.Tests.Catalogue;

/// <summary>The page of one rule: its headings and the code under them.</summary>
/// <param name="Id">The rule.</param>
/// <param name="Text">The page.</param>
internal sealed partial record RulePage(string Id, string Text)
{
    /// <summary>All pages, by id.</summary>
    public static IReadOnlyDictionary<string, RulePage> All { get; } = Directory.EnumerateFiles(PathOf("RulePages"), "KVC*.md")
        .Select(file => new RulePage(Path.GetFileNameWithoutExtension(file), File.ReadAllText(file)))
        .ToDictionary(page => page.Id);

    /// <summary>The page that lists all rules.</summary>
    public static string Index => File.ReadAllText(Path.Combine(PathOf("RulePages"), "README.md"));

    /// <summary>The second-level headings, in order.</summary>
    public IEnumerable<string> Headings => Heading().Matches(Text).Select(match => match.Groups["name"].Value);

    /// <summary>A path that the project file gives to this assembly.</summary>
    public static string PathOf(string name) => typeof(RulePage).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == name).Value!;

    /// <summary>The code of a section, and the project it is for.</summary>
    public (string Code, TestProject Project) Example(string section)
    {
        var start = Text.IndexOf($"## {section}\n", StringComparison.Ordinal);
        var match = Fence().Match(Text, start < 0 ? Text.Length : start);
        Assert.True(match.Success, $"{Id} has no code under '{section}'.");
        var version = LanguageVersion.Preview;
        if (match.Groups["version"] is { Success: true, Value: var text })
            Assert.True(LanguageVersionFacts.TryParse(text, out version), $"'{text}' is no version.");
        bool allowUnsafe = match.Groups["unsafe"].Value != "false";
        return (
            match.Groups["code"].Value,
            new TestProject { LanguageVersion = version, AllowUnsafe = allowUnsafe, AdditionalFiles = [.. Files()] });
    }

    /// <summary>The files that the page shows beside its code.</summary>
    private IEnumerable<AdditionalText> Files()
        => FileFence().Matches(Text).Select(match => new AdditionalSource(match.Groups["name"].Value, match.Groups["text"].Value));

    [GeneratedRegex(@"^```json (?<name>\S+)\n(?<text>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex FileFence();

    [GeneratedRegex(@"^## (?<name>.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"^```csharp(?: LangVersion=(?<version>\S+))?(?: AllowUnsafeBlocks=(?<unsafe>true|false))?\n(?<code>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();
}
