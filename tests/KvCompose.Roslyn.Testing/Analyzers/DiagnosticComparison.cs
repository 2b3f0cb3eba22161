using System.Text;
using Microsoft.CodeAnalysis;

namespace KvCompose.Roslyn.Testing;

/// <summary>Compares the diagnostics found with the marks in the sources: id, file and exact span, no more and no fewer.</summary>
internal static class DiagnosticComparison
{
    /// <exception cref="RoslynAssertException">A mark has no diagnostic, or a diagnostic has no mark.</exception>
    public static void AssertAsMarked(IReadOnlyList<Markup> sources, IReadOnlyList<Diagnostic> found)
    {
        var missing = sources
            .SelectMany((source, i) => source.Marks.Select(mark => (Path: TestProject.FileName(i), Mark: mark)))
            .ToList();
        var unexpected = new List<Diagnostic>();
        foreach (var diagnostic in found)
            if (!missing.Remove((diagnostic.Location.SourceTree?.FilePath ?? "", new Mark(diagnostic.Id, diagnostic.Location.SourceSpan))))
                unexpected.Add(diagnostic);
        if (missing.Count == 0 && unexpected.Count == 0)
            return;

        var message = new StringBuilder();
        foreach (var (path, mark) in missing)
        {
            var source = sources[Enumerable.Range(0, sources.Count).First(i => TestProject.FileName(i) == path)].Source;
            var line = 1 + source.AsSpan(0, mark.Span.Start).Count('\n');
            message.Append($"missing: {mark.Id} at {path} line {line} on '{source.Substring(mark.Span.Start, mark.Span.Length)}'\n");
        }
        foreach (var diagnostic in unexpected)
        {
            var location = diagnostic.Location;
            var text = location.SourceTree?.GetText().ToString(location.SourceSpan) ?? "";
            message.Append($"unexpected: {diagnostic} on '{text}'\n");
        }
        throw new RoslynAssertException(message.ToString());
    }
}
