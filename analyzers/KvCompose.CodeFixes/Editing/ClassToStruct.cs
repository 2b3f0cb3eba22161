using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace KvCompose.CodeFixes.Editing;

/// <summary>Turns classes into structs.</summary>
internal static class ClassToStruct
{
    private static readonly SyntaxKind[] OfClassesAlone =
        [SyntaxKind.VirtualKeyword, SyntaxKind.AbstractKeyword, SyntaxKind.ProtectedKeyword, SyntaxKind.SealedKeyword];

    /// <summary>Whether a class has no base list, nothing that only classes have, and only fields that a stage may have.</summary>
    public static bool IsSafe(INamedTypeSymbol type, TypeDeclarationSyntax declaration)
        => declaration.BaseList is null && !type.IsStatic && !type.IsAbstract
            && declaration.Members.All(IsSafe)
            && type.GetMembers().OfType<IFieldSymbol>().All(static field => field.IsStatic || field.Type.IsUnmanagedType)
            && type.InstanceConstructors.All(static constructor => constructor.IsImplicitlyDeclared || constructor.Parameters.Length > 0);

    /// <summary>The same declaration as a struct; a struct stays what it is.</summary>
    public static TypeDeclarationSyntax Convert(TypeDeclarationSyntax declaration) => declaration switch
    {
        ClassDeclarationSyntax it => SyntaxFactory.StructDeclaration(
            it.AttributeLists, WithoutSealed(it), KeywordOf(it, it.Keyword), it.Identifier, it.TypeParameterList, it.ParameterList,
            it.BaseList, it.ConstraintClauses, it.OpenBraceToken, it.Members, it.CloseBraceToken, it.SemicolonToken),
        RecordDeclarationSyntax it when it.IsKind(SyntaxKind.RecordDeclaration) => SyntaxFactory.RecordDeclaration(
            SyntaxKind.RecordStructDeclaration, it.AttributeLists, WithoutSealed(it), KeywordOf(it, it.Keyword),
            SyntaxFactory.Token(SyntaxKind.StructKeyword).WithTrailingTrivia(SyntaxFactory.Space), it.Identifier, it.TypeParameterList,
            it.ParameterList, it.BaseList, it.ConstraintClauses, it.OpenBraceToken, it.Members, it.CloseBraceToken, it.SemicolonToken),
        _ => declaration,
    };

    private static bool IsSafe(MemberDeclarationSyntax member)
        => !member.Modifiers.Any(static modifier => OfClassesAlone.Contains(modifier.Kind())) && member switch
        {
            DestructorDeclarationSyntax => false,
            PropertyDeclarationSyntax property => property.Initializer is null || property.Modifiers.Any(SyntaxKind.StaticKeyword),
            FieldDeclarationSyntax field => field.Declaration.Variables.All(static variable => variable.Initializer is null)
                || field.Modifiers.Any(SyntaxKind.ConstKeyword) || field.Modifiers.Any(SyntaxKind.StaticKeyword),
            _ => true,
        };

    private static SyntaxTokenList WithoutSealed(TypeDeclarationSyntax declaration)
    {
        int at = declaration.Modifiers.IndexOf(SyntaxKind.SealedKeyword);
        if (at < 0)
        {
            return declaration.Modifiers;
        }

        SyntaxTokenList others = declaration.Modifiers.RemoveAt(at);
        return at == 0 && others.Count > 0
            ? others.Replace(others[0], others[0].WithLeadingTrivia(declaration.Modifiers[0].LeadingTrivia))
            : others;
    }

    /// <summary>The keyword; it takes over what stood before a removed modifier.</summary>
    private static SyntaxToken KeywordOf(TypeDeclarationSyntax declaration, SyntaxToken keyword)
    {
        SyntaxToken converted = declaration is ClassDeclarationSyntax
            ? SyntaxFactory.Token(keyword.LeadingTrivia, SyntaxKind.StructKeyword, keyword.TrailingTrivia)
            : keyword;
        SyntaxTokenList modifiers = declaration.Modifiers;
        return modifiers.Count == 1 && modifiers[0].IsKind(SyntaxKind.SealedKeyword)
            ? converted.WithLeadingTrivia(modifiers[0].LeadingTrivia)
            : converted;
    }
}
