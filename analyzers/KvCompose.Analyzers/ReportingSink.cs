using KvCompose.Shared.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace KvCompose.Analyzers;

/// <summary>Turns the parser's findings into diagnostics of one type.</summary>
internal sealed class ReportingSink(SymbolAnalysisContext context) : IDiagnosticSink
{
    public void Report(in Finding finding)
        => context.ReportDiagnostic(Diagnostic.Create(
            RuleDescriptors.Of(finding), finding.Site.Resolve(context.CancellationToken), finding.FixData, [.. finding.Arguments]));
}
