using System.Text.RegularExpressions;

namespace KvCompose.Roslyn.Testing;

/// <summary>Text as snapshots hold it.</summary>
internal static partial class SnapshotText
{
    /// <summary>LF line ends, and no version of the generator.</summary>
    public static string Scrub(string text)
        => GeneratorVersion().Replace(text.ReplaceLineEndings("\n"), "${before}{version}${after}");

    [GeneratedRegex("""(?<before>GeneratedCode(Attribute)?\("[^"]*", ")[^"]*(?<after>"\))""")]
    private static partial Regex GeneratorVersion();
}
