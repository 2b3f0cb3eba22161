using System.Collections.Immutable;
using System.Composition;
using KvCompose.CodeFixes.Editing;
using KvCompose.Shared.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace KvCompose.CodeFixes;

/// <summary>Declares a pipeline class, or a type around it, as partial.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(DeclarePartialFix)), Shared]
public sealed class DeclarePartialFix : DeclarationFix
{
    private const string Title = "Declare as partial";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [RuleIds.PipelineMustBePartial, RuleIds.ContainerMustBePartial];

    internal override async Task<SyntaxEdit?> FindAsync(Document document, Diagnostic diagnostic, CancellationToken cancellation)
        => await Declared.TypeAsync(document, diagnostic, cancellation).ConfigureAwait(false) is { } declaration
            ? new SyntaxEdit(Title, document.Id, declaration, static node => WithPartial((TypeDeclarationSyntax)node))
            : null;

    private static TypeDeclarationSyntax WithPartial(TypeDeclarationSyntax declaration)
    {
        if (declaration.Modifiers.Any(SyntaxKind.PartialKeyword))
        {
            return declaration;
        }

        SyntaxToken partial = SyntaxFactory.Token(SyntaxKind.PartialKeyword).WithTrailingTrivia(SyntaxFactory.Space);
        if (declaration.Modifiers.Count > 0)
        {
            return (TypeDeclarationSyntax)declaration.AddModifiers(partial);
        }

        partial = partial.WithLeadingTrivia(declaration.Keyword.LeadingTrivia);
        return (TypeDeclarationSyntax)declaration
            .WithKeyword(declaration.Keyword.WithLeadingTrivia())
            .WithModifiers(SyntaxFactory.TokenList(partial));
    }
}
