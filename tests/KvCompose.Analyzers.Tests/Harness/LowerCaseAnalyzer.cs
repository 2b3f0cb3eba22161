using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace KvCompose.Analyzers.Tests.Harness;

/// <summary>A small rule that proves the harness: names of types begin with an upper-case letter.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
internal sealed class LowerCaseAnalyzer : DiagnosticAnalyzer
{
    public const string Id = "TST001";

    private static readonly DiagnosticDescriptor Rule = new(
        Id, "Type names begin upper-case", "'{0}' begins with a lower-case letter", "Naming",
        DiagnosticSeverity.Warning, isEnabledByDefault: true);

    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => [Rule];

    public override void Initialize(AnalysisContext context)
    {
        context.EnableConcurrentExecution();
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.Analyze);
        context.RegisterSymbolAction(
            static found =>
            {
                if (found.Symbol.Name is [>= 'a' and <= 'z', ..])
                    found.ReportDiagnostic(Diagnostic.Create(Rule, found.Symbol.Locations[0], found.Symbol.Name));
            },
            SymbolKind.NamedType);
    }
}
