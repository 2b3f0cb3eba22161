using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;

namespace KvCompose.CodeFixes.Editing;

/// <summary>Collects the edits of a whole scope and makes them at once, in whatever documents they are.</summary>
internal sealed class DeclarationFixAll(DeclarationFix fix) : FixAllProvider
{
    public override async Task<CodeAction?> GetFixAsync(FixAllContext context)
    {
        var edits = new List<SyntaxEdit>();
        foreach (Diagnostic diagnostic in await DiagnosticsAsync(context).ConfigureAwait(false))
        {
            if (context.Solution.GetDocument(diagnostic.Location.SourceTree) is { } document
                && await fix.FindAsync(document, diagnostic, context.CancellationToken).ConfigureAwait(false) is { } edit
                && edit.Title == context.CodeActionEquivalenceKey)
            {
                edits.Add(edit);
            }
        }

        return edits.Count == 0
            ? null
            : CodeAction.Create(
                edits[0].Title, cancellation => SyntaxEdits.ApplyAsync(context.Solution, edits, cancellation), edits[0].Title);
    }

    private static async Task<IEnumerable<Diagnostic>> DiagnosticsAsync(FixAllContext context)
    {
        var found = new List<Diagnostic>();
        if (context.Scope == FixAllScope.Document && context.Document is { } document)
        {
            found.AddRange(await context.GetDocumentDiagnosticsAsync(document).ConfigureAwait(false));
        }
        else
        {
            foreach (Project project in context.Scope == FixAllScope.Solution ? context.Solution.Projects : [context.Project])
            {
                ImmutableArray<Diagnostic> ofProject = await context.GetAllDiagnosticsAsync(project).ConfigureAwait(false);
                found.AddRange(ofProject);
            }
        }

        return found
            .OrderBy(static diagnostic => diagnostic.Location.SourceTree?.FilePath, StringComparer.Ordinal)
            .ThenBy(static diagnostic => diagnostic.Location.SourceSpan.Start);
    }
}
