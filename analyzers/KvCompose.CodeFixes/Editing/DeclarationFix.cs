using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;

namespace KvCompose.CodeFixes.Editing;

/// <summary>A fix that is one edit of one declaration, alone or everywhere at once.</summary>
public abstract class DeclarationFix : CodeFixProvider
{
    /// <inheritdoc/>
    public sealed override FixAllProvider GetFixAllProvider() => new DeclarationFixAll(this);

    /// <inheritdoc/>
    public sealed override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        foreach (Diagnostic diagnostic in context.Diagnostics)
        {
            if (await FindAsync(context.Document, diagnostic, context.CancellationToken).ConfigureAwait(false) is { } edit)
            {
                Solution solution = context.Document.Project.Solution;
                context.RegisterCodeFix(
                    CodeAction.Create(edit.Title, cancellation => SyntaxEdits.ApplyAsync(solution, [edit], cancellation), edit.Title),
                    diagnostic);
            }
        }
    }

    /// <summary>The edit that answers a diagnostic, or null when there is no safe one.</summary>
    internal abstract Task<SyntaxEdit?> FindAsync(Document document, Diagnostic diagnostic, CancellationToken cancellation);
}
