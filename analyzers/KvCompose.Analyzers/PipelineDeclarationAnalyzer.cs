using System.Collections.Immutable;
using KvCompose.Shared.Parsing;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace KvCompose.Analyzers;

/// <summary>
/// Says what is wrong with a class that has [KvPipeline]. It runs the generator's own parser, so that what is generated and
/// what is diagnosed cannot differ.
/// </summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class PipelineDeclarationAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => RuleDescriptors.OfDeclarations;

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.EnableConcurrentExecution();
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.RegisterSymbolAction(Analyze, SymbolKind.NamedType);
    }

    private static void Analyze(SymbolAnalysisContext context)
    {
        if (context.Symbol is INamedTypeSymbol { TypeKind: TypeKind.Class } type && PipelineParser.FindPipeline(type) is { } attribute)
        {
            var sink = new ReportingSink(context);
            if (PipelineParser.Parse(type, attribute, context.Compilation, sink, context.CancellationToken) is { } parsed)
            {
                PipelineCompletion.Complete(parsed.Spec, context.Options.AdditionalFiles, parsed.Sites, sink, context.CancellationToken);
            }
        }
    }
}
