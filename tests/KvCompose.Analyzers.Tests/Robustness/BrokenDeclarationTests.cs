using System.Collections.Immutable;
using System.Runtime.ExceptionServices;
using KvCompose.Generators;
using KvCompose.Roslyn.Testing;
using KvCompose.Shared.Parsing;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;

namespace KvCompose.Analyzers.Tests.Robustness;

public class BrokenDeclarationTests
{
    private static readonly TestProject Project = new();

    /// <summary>The analyzer never throws, and it and the generator agree: either something is generated, or somebody says why not.</summary>
    [Fact]
    public async Task AnalyzersAndGenerator_OnBrokenDeclarations_NeverThrowAndNeverDisagree()
    {
        var sources = BrokenSources.Sample(1200, PipelineSeeds.All);
        Assert.True(sources.Count >= 1000, $"Only {sources.Count} sources.");
        foreach (var source in sources)
        {
            var compilation = Project.Compile(source);
            CSharpGeneratorDriver.Create([new KvPipelineGenerator().AsSourceGenerator()], parseOptions: Project.ParseOptions)
                .RunGeneratorsAndUpdateCompilation(compilation, out var output, out var reported);
            var said = await DiagnoseAsync(compilation);
            var generated = output.SyntaxTrees.Count(static tree => !tree.FilePath.EndsWith(".Invalid.g.cs", StringComparison.Ordinal)) > 1;
            Assert.True(reported.IsEmpty, $"{string.Join('\n', reported)}\n{source}");
            Assert.False(generated && HasErrors(said), $"Generated in spite of {string.Join(", ", said)}:\n{source}");
            Assert.True(
                generated || HasErrors(said) || !HasPipeline(compilation.Assembly.GlobalNamespace) || HasErrors(compilation.GetDiagnostics()),
                $"Nothing is generated, and nobody says why:\n{source}");
        }
    }

    private static bool HasErrors(ImmutableArray<Diagnostic> diagnostics)
        => diagnostics.Any(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);

    private static bool HasPipeline(INamespaceOrTypeSymbol symbol)
        => symbol is INamedTypeSymbol type && PipelineParser.FindPipeline(type) is not null
            || symbol.GetMembers().OfType<INamespaceOrTypeSymbol>().Any(HasPipeline);

    private static async Task<ImmutableArray<Diagnostic>> DiagnoseAsync(Compilation compilation)
    {
        ExceptionDispatchInfo? thrown = null;
        var options = new CompilationWithAnalyzersOptions(
            new AnalyzerOptions([]),
            onAnalyzerException: (exception, _, _) => thrown ??= ExceptionDispatchInfo.Capture(exception),
            concurrentAnalysis: false,
            logAnalyzerExecutionTime: false);
        var found = await compilation
            .WithAnalyzers([new PipelineDeclarationAnalyzer(), new StagesWithoutPipelineAnalyzer()], options)
            .GetAnalyzerDiagnosticsAsync();
        thrown?.Throw();
        return found;
    }
}
