using System.Collections.Immutable;
using System.Composition;
using KvCompose.CodeFixes.Editing;
using KvCompose.Shared.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace KvCompose.CodeFixes;

/// <summary>Makes a class that declares stages a pipeline.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(AddPipelineFix)), Shared]
public sealed class AddPipelineFix : DeclarationFix
{
    private const string Title = "Add [KvPipeline]";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [RuleIds.StagesWithoutPipeline];

    internal override async Task<SyntaxEdit?> FindAsync(Document document, Diagnostic diagnostic, CancellationToken cancellation)
        => await Declared.TypeAsync(document, diagnostic, cancellation).ConfigureAwait(false) is { } declaration
            ? new SyntaxEdit(
                Title, document.Id, declaration, static node => AttributeLists.InsertFirst((TypeDeclarationSyntax)node, "KvPipeline"))
            : null;
}
