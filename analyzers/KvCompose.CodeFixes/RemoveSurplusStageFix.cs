using System.Collections.Immutable;
using System.Composition;
using KvCompose.CodeFixes.Editing;
using KvCompose.Shared.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace KvCompose.CodeFixes;

/// <summary>Removes a stage whose slot an earlier attribute has filled.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(RemoveSurplusStageFix)), Shared]
public sealed class RemoveSurplusStageFix : DeclarationFix
{
    private const string Title = "Remove the surplus stage";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [RuleIds.SlotFilledTwice];

    internal override async Task<SyntaxEdit?> FindAsync(Document document, Diagnostic diagnostic, CancellationToken cancellation)
        => await Declared.AttributeAsync(document, diagnostic, cancellation).ConfigureAwait(false) is { Parent: AttributeListSyntax list } surplus
            ? new SyntaxEdit(Title, document.Id, list, node => Without((AttributeListSyntax)node, surplus))
            : null;

    /// <summary>The list without the attribute, or null when nothing else is in it.</summary>
    private static AttributeListSyntax? Without(AttributeListSyntax list, AttributeSyntax surplus)
    {
        // Of equal attributes the last goes: the first is the one that fills the slot.
        int at = list.Attributes.LastIndexOf(attribute => SyntaxFactory.AreEquivalent(attribute, surplus));
        return list.Attributes.Count > 1 ? list.WithAttributes(list.Attributes.RemoveAt(at)) : null;
    }
}
