using System.Text.RegularExpressions;
using KvCompose.Shared;

namespace KvCompose.Generators.Emit;

/// <summary>Writes names in full that mean something else where a pipeline stands; all others stay short and readable.</summary>
internal static class NameQualifier
{
    /// <summary>Comments and texts, which stay as they are.</summary>
    private const string Untouched = @"//[^\n]*|""(?:\\.|[^""\\])*""";

    /// <summary>No member access, no name that is qualified already, and no declaration.</summary>
    private const string Before = @"(?<![\w@]|(?<!\.)\.|::|->|\b(?:class|struct|record|interface|namespace) )";

    /// <summary>No property that is declared or set.</summary>
    private const string After = @"\b(?! \{ get| = )";

    /// <summary>The names of <see cref="EmittedNames"/> in a text, outside of comments and texts.</summary>
    public static IEnumerable<string> NamesIn(string text)
        => Regex.Matches(text, $@"{Untouched}|(?<name>\b[A-Za-z_]\w*)", RegexOptions.CultureInvariant).Cast<Match>()
            .Where(static match => match.Groups["name"].Success && EmittedNames.All.ContainsKey(match.Value))
            .Select(static match => match.Value).Distinct();

    public static SourceWriter Qualify(SourceWriter source, EquatableArray<string> hidden)
        => Qualify(source, hidden.ToDictionary(static name => name, static name => "global::" + EmittedNames.All[name], StringComparer.Ordinal));

    /// <summary>Writes names in full.</summary>
    /// <param name="source">The file.</param>
    /// <param name="names">Short names with what stands for them.</param>
    public static SourceWriter Qualify(SourceWriter source, IReadOnlyDictionary<string, string> names)
    {
        string text = Regex.Replace(
            source.ToString(),
            $@"{Untouched}|{Before}(?<name>{string.Join("|", names.Keys)}){After}",
            match => match.Groups["name"].Success ? names[match.Value] : match.Value,
            RegexOptions.CultureInvariant);
        var qualified = new SourceWriter();
        qualified.WriteLine(text.TrimEnd('\n'));
        return qualified;
    }
}
