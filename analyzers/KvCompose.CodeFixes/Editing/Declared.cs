using KvCompose.Shared.Parsing;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace KvCompose.CodeFixes.Editing;

/// <summary>Finds what a diagnostic points at.</summary>
internal static class Declared
{
    /// <summary>The type whose name is underlined.</summary>
    public static Task<TypeDeclarationSyntax?> TypeAsync(Document document, Diagnostic diagnostic, CancellationToken cancellation)
        => AroundAsync<TypeDeclarationSyntax>(document, diagnostic, cancellation);

    /// <summary>The attribute that is underlined, or of which an argument is.</summary>
    public static Task<AttributeSyntax?> AttributeAsync(Document document, Diagnostic diagnostic, CancellationToken cancellation)
        => AroundAsync<AttributeSyntax>(document, diagnostic, cancellation);

    /// <summary>The class of an attribute.</summary>
    public static async Task<INamedTypeSymbol?> AttributeClassAsync(Document document, AttributeSyntax attribute, CancellationToken cancellation)
        => await document.GetSemanticModelAsync(cancellation).ConfigureAwait(false) is { } model
            ? model.GetTypeInfo(attribute, cancellation).Type as INamedTypeSymbol
            : null;

    /// <summary>The stage that the underlined attribute puts into a slot, where it is declared; null when it has no source or several parts.</summary>
    public static async Task<(INamedTypeSymbol Stage, TypeDeclarationSyntax Syntax, DocumentId Document)?> StageAsync(
        Document document, Diagnostic diagnostic, CancellationToken cancellation)
    {
        if (await AttributeAsync(document, diagnostic, cancellation).ConfigureAwait(false) is not { } attribute
            || !SlotAttributes.TryGet(await AttributeClassAsync(document, attribute, cancellation).ConfigureAwait(false), out _, out ITypeSymbol? type)
            || type is not INamedTypeSymbol { DeclaringSyntaxReferences.Length: 1 } stage
            || await stage.DeclaringSyntaxReferences[0].GetSyntaxAsync(cancellation).ConfigureAwait(false) is not TypeDeclarationSyntax syntax
            || document.Project.Solution.GetDocument(syntax.SyntaxTree) is not { } home)
        {
            return null;
        }

        return (stage, syntax, home.Id);
    }

    private static async Task<T?> AroundAsync<T>(Document document, Diagnostic diagnostic, CancellationToken cancellation)
        where T : SyntaxNode
        => await document.GetSyntaxRootAsync(cancellation).ConfigureAwait(false) is { } root
            ? root.FindToken(diagnostic.Location.SourceSpan.Start).Parent?.FirstAncestorOrSelf<T>()
            : null;
}
