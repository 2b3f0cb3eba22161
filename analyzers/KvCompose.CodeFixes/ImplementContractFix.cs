using System.Collections.Immutable;
using System.Composition;
using KvCompose.CodeFixes.Editing;
using KvCompose.Shared.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace KvCompose.CodeFixes;

/// <summary>Adds the contract of its slot to the base list of a stage whose source is at hand.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(ImplementContractFix)), Shared]
public sealed class ImplementContractFix : DeclarationFix
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [RuleIds.ContractMissing];

    internal override async Task<SyntaxEdit?> FindAsync(Document document, Diagnostic diagnostic, CancellationToken cancellation)
    {
        // Contracts are for structs alone: a class is first made one.
        if (!diagnostic.Properties.TryGetValue(FixData.Contract, out string? contract)
            || await Declared.StageAsync(document, diagnostic, cancellation).ConfigureAwait(false)
                is not ({ TypeKind: TypeKind.Struct }, { } syntax, { } home))
        {
            return null;
        }

        string self = syntax.Identifier.Text + Arguments(syntax.TypeParameterList);
        BaseTypeSyntax contractType = SyntaxFactory.SimpleBaseType(Names.OfLibrary($"{contract}<{self}>"));
        return new SyntaxEdit($"Implement {contract}", home, syntax, node => WithBase((TypeDeclarationSyntax)node, contractType));
    }

    private static string Arguments(TypeParameterListSyntax? parameters)
        => parameters is null ? "" : "<" + string.Join(", ", parameters.Parameters.Select(static parameter => parameter.Identifier.Text)) + ">";

    private static TypeDeclarationSyntax WithBase(TypeDeclarationSyntax declaration, BaseTypeSyntax type)
    {
        if (declaration.BaseList is { } present)
        {
            return present.Types.Any(other => SyntaxFactory.AreEquivalent(other, type))
                ? declaration
                : (TypeDeclarationSyntax)declaration.WithBaseList(Append(present, type));
        }

        // What stood between the head and what follows it now stands after the base list.
        SyntaxToken head = declaration.ParameterList?.GetLastToken() ?? declaration.TypeParameterList?.GetLastToken() ?? declaration.Identifier;
        BaseListSyntax list = SyntaxFactory.BaseList(
            SyntaxFactory.Token(SyntaxKind.ColonToken).WithTrailingTrivia(SyntaxFactory.Space),
            SyntaxFactory.SingletonSeparatedList(type)).WithTrailingTrivia(head.TrailingTrivia);
        declaration = declaration.ReplaceToken(head, head.WithTrailingTrivia(SyntaxFactory.Space));
        return (TypeDeclarationSyntax)declaration.WithBaseList(list);
    }

    private static BaseListSyntax Append(BaseListSyntax present, BaseTypeSyntax type)
    {
        SyntaxTriviaList after = present.GetTrailingTrivia();
        SeparatedSyntaxList<BaseTypeSyntax> types = present.WithTrailingTrivia().Types;
        SyntaxToken comma = SyntaxFactory.Token(SyntaxKind.CommaToken).WithTrailingTrivia(SyntaxFactory.Space);
        return present.WithTypes(SyntaxFactory.SeparatedList(
            types.Append(type.WithTrailingTrivia(after)),
            types.GetSeparators().Append(comma)));
    }
}
