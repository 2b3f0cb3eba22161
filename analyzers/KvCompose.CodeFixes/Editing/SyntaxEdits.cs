using Microsoft.CodeAnalysis;

namespace KvCompose.CodeFixes.Editing;

/// <summary>Makes edits, one after another.</summary>
internal static class SyntaxEdits
{
    public static async Task<Solution> ApplyAsync(Solution solution, IEnumerable<SyntaxEdit> edits, CancellationToken cancellation)
    {
        foreach (IGrouping<DocumentId, SyntaxEdit> inDocument in edits.GroupBy(static edit => edit.Document))
        {
            if (solution.GetDocument(inDocument.Key) is { } document
                && await document.GetSyntaxRootAsync(cancellation).ConfigureAwait(false) is { } root)
            {
                solution = solution.WithDocumentSyntaxRoot(inDocument.Key, Apply(root, [.. inDocument]));
            }
        }

        return solution;
    }

    private static SyntaxNode Apply(SyntaxNode root, IReadOnlyList<SyntaxEdit> edits)
    {
        root = root.TrackNodes(edits.Select(static edit => edit.Node).Distinct());
        foreach (SyntaxEdit edit in edits)
        {
            // An earlier edit may have removed it.
            if (root.GetCurrentNode(edit.Node) is not { } current)
            {
                continue;
            }

            root = edit.Change(current) is { } changed
                ? root.ReplaceNode(current, changed)
                : root.RemoveNode(current, SyntaxRemoveOptions.KeepLeadingTrivia | SyntaxRemoveOptions.KeepUnbalancedDirectives)!;
        }

        return root;
    }
}
