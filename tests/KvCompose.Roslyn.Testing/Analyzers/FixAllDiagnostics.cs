using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;

namespace KvCompose.Roslyn.Testing;

/// <summary>Tells a Fix All provider what there is to fix.</summary>
internal sealed class FixAllDiagnostics(Func<Project, Task<ImmutableArray<Diagnostic>>> find) : FixAllContext.DiagnosticProvider
{
    public override async Task<IEnumerable<Diagnostic>> GetAllDiagnosticsAsync(Project project, CancellationToken cancellationToken)
        => await find(project);

    public override async Task<IEnumerable<Diagnostic>> GetDocumentDiagnosticsAsync(Document document, CancellationToken cancellationToken)
    {
        var tree = await document.GetSyntaxTreeAsync(cancellationToken);
        return (await find(document.Project)).Where(diagnostic => diagnostic.Location.SourceTree == tree);
    }

    public override async Task<IEnumerable<Diagnostic>> GetProjectDiagnosticsAsync(Project project, CancellationToken cancellationToken)
        => (await find(project)).Where(diagnostic => diagnostic.Location == Location.None);
}
