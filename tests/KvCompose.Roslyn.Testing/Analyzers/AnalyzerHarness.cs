using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace KvCompose.Roslyn.Testing;

/// <summary>Runs analyzers on marked sources, after the generators, so that they see generated parts as in an editor.</summary>
/// <param name="Analyzers">The analyzers under test.</param>
public sealed record AnalyzerHarness(params ImmutableArray<DiagnosticAnalyzer> Analyzers)
{
    /// <summary>Generators that run before.</summary>
    public ImmutableArray<IIncrementalGenerator> Generators { get; init; } = [];

    /// <summary>How the sources are compiled.</summary>
    public TestProject Project { get; init; } = new();

    /// <summary>
    /// Asserts that the analyzers' diagnostics and the compiler's errors are exactly those marked, and gives them back
    /// in the order of their places for assertions on messages and properties.
    /// </summary>
    /// <exception cref="RoslynAssertException">A diagnostic is missing, unexpected or elsewhere.</exception>
    public async Task<ImmutableArray<Diagnostic>> VerifyAsync(params string[] markedSources)
    {
        var sources = markedSources.Select(Markup.Parse).ToList();
        var compilation = DiagnosticRunner.Generate(Project.Compile(sources.Select(source => source.Source)), Generators, Project);
        var found = await DiagnosticRunner.DiagnoseAsync(compilation, Analyzers, Project);
        DiagnosticComparison.AssertAsMarked(sources, found);
        return found;
    }

    /// <summary>The analyzers' diagnostics and the compiler's errors of a compilation as it is, without generators and marks.</summary>
    public Task<ImmutableArray<Diagnostic>> DiagnoseAsync(Compilation compilation) => DiagnosticRunner.DiagnoseAsync(compilation, Analyzers, Project);
}
