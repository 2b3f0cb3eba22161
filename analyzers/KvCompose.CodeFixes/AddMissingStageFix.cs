using System.Collections.Immutable;
using System.Composition;
using KvCompose.CodeFixes.Editing;
using KvCompose.Shared;
using KvCompose.Shared.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace KvCompose.CodeFixes;

/// <summary>Declares the simplest built-in stage for a slot that a pipeline must fill.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(AddMissingStageFix)), Shared]
public sealed class AddMissingStageFix : DeclarationFix
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [RuleIds.StageMissing];

    internal override async Task<SyntaxEdit?> FindAsync(Document document, Diagnostic diagnostic, CancellationToken cancellation)
    {
        if (!diagnostic.Properties.TryGetValue(FixData.Slot, out string? slot) || Simplest(slot) is not { } stage
            || await Declared.TypeAsync(document, diagnostic, cancellation).ConfigureAwait(false) is not { } declaration)
        {
            return null;
        }

        return new SyntaxEdit(
            $"Add [{stage}]", document.Id, declaration, node => AttributeLists.InsertLast((TypeDeclarationSyntax)node, stage));
    }

    private static string? Simplest(string? slot) => Enum.TryParse(slot, out StageSlot parsed) ? SlotNames.SimplestStage(parsed) : null;
}
