using System.Reflection;
using System.Text.RegularExpressions;

namespace KvCompose.Docs.Tests;

/// <summary>A Markdown file of the repository: its links, the anchors of its headings and its code blocks.</summary>
/// <param name="Path">Path from the root of the repository, with slashes.</param>
/// <param name="Text">Its text, with line feeds.</param>
public sealed partial record Page(string Path, string Text)
{
    private static readonly string[] Folders = ["docs", "analyzers/docs", "samples"];

    /// <summary>The root of the repository.</summary>
    public static string Root { get; } = typeof(Page).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "Root").Value!;

    /// <summary>README, CONTRIBUTING, and everything in the documentation folders and beside the samples.</summary>
    public static IReadOnlyList<Page> All { get; } =
    [
        .. ((string[])["README.md", "CONTRIBUTING.md"]).Concat(Folders.SelectMany(folder => Directory
                .EnumerateFiles(System.IO.Path.Combine(Root, folder), "*.md", SearchOption.AllDirectories)
                .Select(file => System.IO.Path.GetRelativePath(Root, file).Replace('\\', '/'))))
            .Where(path => !path.Contains("/obj/", StringComparison.Ordinal) && !path.Contains("/bin/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal).Select(Read),
    ];

    /// <summary>Reads a page.</summary>
    public static Page Read(string path) => new(path, File.ReadAllText(System.IO.Path.Combine(Root, path)).ReplaceLineEndings("\n"));

    /// <summary>Targets of all links, in order, code blocks and inline code left out.</summary>
    public IEnumerable<string> Links => Link().Matches(InlineCode().Replace(Fence().Replace(Text, ""), "")).Select(match => match.Groups["target"].Value);

    /// <summary>The anchors that GitHub gives the headings.</summary>
    public IEnumerable<string> Anchors => Heading().Matches(Fence().Replace(Text, "")).Select(match => AnchorOf(match.Groups["name"].Value));

    /// <summary>The code blocks with their language and marker, in order.</summary>
    public IReadOnlyList<CodeBlock> Blocks => [.. Fence().Matches(Text).Select(match => new CodeBlock(
        match.Groups["language"].Value, match.Groups["marker"].Value.Trim(), match.Groups["code"].Value))];

    /// <summary>Lower case, spaces as hyphens, letters, digits, hyphens and underscores only.</summary>
    public static string AnchorOf(string heading)
        => new([.. heading.Trim().ToLowerInvariant().Where(c => char.IsLetterOrDigit(c) || c is ' ' or '-' or '_').Select(c => c == ' ' ? '-' : c)]);

    /// <inheritdoc/>
    public override string ToString() => Path;

    [GeneratedRegex(@"(?<!!)\[(?:[^\[\]]|\[[^\]]*\])*\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("`[^`\n]*`(?!\\])")]
    private static partial Regex InlineCode();

    [GeneratedRegex(@"^#{1,6} (?<name>.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"^```(?<language>\w*)(?<marker>[^\n]*)\n(?<code>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();
}

/// <summary>A fenced block of code.</summary>
/// <param name="Language">The language, such as csharp.</param>
/// <param name="Marker">What follows it: empty, <c>statements</c>, <c>invalid KVC2002</c>, or a file name.</param>
/// <param name="Code">The code, lines ended by line feeds.</param>
public sealed record CodeBlock(string Language, string Marker, string Code);
