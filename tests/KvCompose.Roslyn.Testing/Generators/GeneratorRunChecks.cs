using Microsoft.CodeAnalysis;

namespace KvCompose.Roslyn.Testing;

/// <summary>What must hold of every run of a generator.</summary>
internal static class GeneratorRunChecks
{
    public static GeneratorRunResult SingleResult(GeneratorDriver driver)
    {
        var result = driver.GetRunResult().Results.Single();
        if (result.Exception is { } exception)
            throw new RoslynAssertException($"The generator threw: {exception}");
        if (!result.Diagnostics.IsEmpty)
            throw new RoslynAssertException("A generator must stay silent, but it reported:\n" + Lines(result.Diagnostics));
        return result;
    }

    public static void SameSources(GeneratorRunResult expected, GeneratorRunResult actual)
    {
        var (left, right) = (Texts(expected), Texts(actual));
        if (!left.Select(source => source.HintName).SequenceEqual(right.Select(source => source.HintName)))
            throw new RoslynAssertException("A second fresh run gave other files or another order of files.");
        for (var i = 0; i < left.Length; i++)
            if (left[i].Text != right[i].Text)
                throw new RoslynAssertException(
                    $"'{left[i].HintName}' differs under another culture:\n" + LineDiff.Between(left[i].Text, right[i].Text));
    }

    public static void CompilesCleanly(GeneratorRun run)
    {
        var generated = run.Result.GeneratedSources.Select(source => source.SyntaxTree).ToHashSet();
        var bad = run.Output.GetDiagnostics().Where(diagnostic => diagnostic.Severity switch
        {
            DiagnosticSeverity.Error => true,
            DiagnosticSeverity.Warning => diagnostic.Location.SourceTree is { } tree && generated.Contains(tree),
            _ => false,
        });
        if (Lines(bad) is { Length: > 0 } lines)
            throw new RoslynAssertException("The sources with what was generated do not compile cleanly:\n" + lines);
    }

    private static (string HintName, string Text)[] Texts(GeneratorRunResult result)
        => [.. result.GeneratedSources.Select(source => (source.HintName, source.SourceText.ToString()))];

    private static string Lines(IEnumerable<Diagnostic> diagnostics) => string.Join('\n', diagnostics);
}
