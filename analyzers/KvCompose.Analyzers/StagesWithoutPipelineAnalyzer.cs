using System.Collections.Immutable;
using KvCompose.Shared.Diagnostics;
using KvCompose.Shared.Parsing;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace KvCompose.Analyzers;

/// <summary>Finds classes that declare stages but forget to be a pipeline.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class StagesWithoutPipelineAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => [RuleDescriptors.StagesWithoutPipeline];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.EnableConcurrentExecution();
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.RegisterSymbolAction(Analyze, SymbolKind.NamedType);
    }

    private static void Analyze(SymbolAnalysisContext context)
    {
        if (context.Symbol is INamedTypeSymbol { TypeKind: TypeKind.Class } type
            && PipelineParser.HasStages(type) && PipelineParser.FindPipeline(type) is null)
        {
            Location place = DiagnosticSite.Of(type).Resolve(context.CancellationToken);
            context.ReportDiagnostic(Diagnostic.Create(RuleDescriptors.StagesWithoutPipeline, place, type.Name));
        }
    }
}
