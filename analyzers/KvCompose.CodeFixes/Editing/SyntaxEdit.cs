using Microsoft.CodeAnalysis;

namespace KvCompose.CodeFixes.Editing;

/// <summary>What a fix does for one diagnostic.</summary>
/// <param name="Title">How the fix is offered; also its equivalence key.</param>
/// <param name="Document">The document to change, which need not be the one with the diagnostic.</param>
/// <param name="Node">The node to change.</param>
/// <param name="Change">
/// Gives the new node, or null to remove it. It gets the node as earlier edits have left it, and may meet its own work:
/// several diagnostics can ask for the same edit.
/// </param>
internal sealed record SyntaxEdit(string Title, DocumentId Document, SyntaxNode Node, Func<SyntaxNode, SyntaxNode?> Change);
