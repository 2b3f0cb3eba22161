using System.Collections.Immutable;
using System.Runtime.ExceptionServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;

namespace KvCompose.Roslyn.Testing;

/// <summary>Runs generators, then analyzers on what the generators made of a compilation.</summary>
internal static class DiagnosticRunner
{
    public static Compilation Generate(Compilation compilation, ImmutableArray<IIncrementalGenerator> generators, TestProject project)
    {
        if (generators.IsEmpty)
            return compilation;
        CSharpGeneratorDriver
            .Create(generators.Select(GeneratorExtensions.AsSourceGenerator), project.AdditionalFiles, project.ParseOptions, project.OptionsProvider)
            .RunGeneratorsAndUpdateCompilation(compilation, out var output, out var reported);
        return reported.IsEmpty
            ? output
            : throw new RoslynAssertException("A generator must stay silent, but it reported:\n" + string.Join('\n', reported));
    }

    /// <summary>The analyzers' diagnostics and the compiler's errors, by file and place.</summary>
    public static async Task<ImmutableArray<Diagnostic>> DiagnoseAsync(
        Compilation compilation, ImmutableArray<DiagnosticAnalyzer> analyzers, TestProject project)
    {
        // All analyzers see an exception of one as that analyzer's failure only; a test has to see it as its own.
        ExceptionDispatchInfo? thrown = null;
        var options = new CompilationWithAnalyzersOptions(
            new AnalyzerOptions(project.AdditionalFiles, project.OptionsProvider),
            onAnalyzerException: (exception, _, _) => thrown ??= ExceptionDispatchInfo.Capture(exception),
            concurrentAnalysis: true,
            logAnalyzerExecutionTime: false);
        var found = await compilation.WithAnalyzers(analyzers, options).GetAnalyzerDiagnosticsAsync();
        thrown?.Throw();
        return
        [
            .. found.Concat(compilation.GetDiagnostics().Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error))
                .OrderBy(diagnostic => diagnostic.Location.SourceTree?.FilePath, StringComparer.Ordinal)
                .ThenBy(diagnostic => diagnostic.Location.SourceSpan.Start)
                .ThenBy(diagnostic => diagnostic.Id, StringComparer.Ordinal),
        ];
    }
}
