using System.Collections.Immutable;
using KvCompose.Shared;
using KvCompose.Shared.Parsing;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace KvCompose.Analyzers;

/// <summary>Finds stages that read a statistic which their facts do not ask for. Such a statistic is not computed: its value is 0.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class UnobservedStatisticAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => [RuleDescriptors.StatisticNotObserved];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.EnableConcurrentExecution();
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.RegisterOperationAction(Analyze, OperationKind.PropertyReference);
    }

    private static void Analyze(OperationAnalysisContext context)
    {
        IPropertySymbol property = ((IPropertyReferenceOperation)context.Operation).Property;
        if (!SlotAttributes.IsInLibrary(property.ContainingType) || Statistic(property) is not { } statistic
            || StageOf(context.ContainingSymbol) is not { } stage
            || Observes(StageSurface.Of(stage), statistic))
        {
            return;
        }

        context.ReportDiagnostic(Diagnostic.Create(
            RuleDescriptors.StatisticNotObserved, context.Operation.Syntax.GetLocation(), stage.Name, property.Name, statistic.ToString()));
    }

    private static bool Observes(StageSurface stage, AttentionStatistics statistic)
        => Enum.GetValues(typeof(StageSlot)).Cast<StageSlot>().Any(slot => (stage.Facts(slot).Observes & statistic) != 0);

    /// <summary>What must be observed for a property to have a value; null where it always has one.</summary>
    private static AttentionStatistics? Statistic(IPropertySymbol property) => (property.ContainingType.Name, property.Name) switch
    {
        (WellKnownNames.TokenStatistics, nameof(AttentionStatistics.WindowSum)) => AttentionStatistics.WindowSum,
        (WellKnownNames.TokenStatistics, nameof(AttentionStatistics.WindowVariance)) => AttentionStatistics.WindowVariance,
        (WellKnownNames.TokenStatistics, nameof(AttentionStatistics.AllRowsSum)) => AttentionStatistics.AllRowsSum,
        (WellKnownNames.TokenStatistics, nameof(AttentionStatistics.KeyNorm)) => AttentionStatistics.KeyNorm,
        (WellKnownNames.LayerStatistics, WellKnownNames.Entropy) => AttentionStatistics.LayerEntropy,
        (WellKnownNames.LayerStatistics, WellKnownNames.Variance) => AttentionStatistics.WindowVariance,
        _ => null,
    };

    /// <summary>The stage whose code a symbol is part of, or null.</summary>
    private static INamedTypeSymbol? StageOf(ISymbol symbol)
    {
        for (INamedTypeSymbol? type = symbol.ContainingType; type is not null; type = type.ContainingType)
        {
            if (type.AllInterfaces.Any(static contract => SlotAttributes.IsInLibrary(contract) && contract.TypeArguments.Length > 0
                && WellKnownNames.Contracts.Contains(contract.Name)))
            {
                return type;
            }
        }

        return null;
    }
}
