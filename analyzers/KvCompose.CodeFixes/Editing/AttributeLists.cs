using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace KvCompose.CodeFixes.Editing;

/// <summary>Adds attributes, each on a line of its own.</summary>
internal static class AttributeLists
{
    /// <summary>Adds an attribute of the library before the others.</summary>
    /// <param name="declaration">The type.</param>
    /// <param name="attribute">The attribute with its arguments: <c>UniformBudget(Ratio = 0.25)</c>.</param>
    public static TypeDeclarationSyntax InsertFirst(TypeDeclarationSyntax declaration, string attribute)
    {
        SyntaxTriviaList leading = declaration.GetLeadingTrivia();
        SyntaxTriviaList indentation = Indentation(leading);
        AttributeListSyntax list = Make(attribute).WithLeadingTrivia(leading).WithTrailingTrivia(EndOfLine(declaration));
        var rest = (TypeDeclarationSyntax)declaration.WithLeadingTrivia(indentation);
        return rest.WithAttributeLists(rest.AttributeLists.Insert(0, list));
    }

    /// <inheritdoc cref="InsertFirst"/>
    /// <summary>Adds an attribute of the library after the others.</summary>
    public static TypeDeclarationSyntax InsertLast(TypeDeclarationSyntax declaration, string attribute)
    {
        if (declaration.AttributeLists.Count == 0)
        {
            return InsertFirst(declaration, attribute);
        }

        AttributeListSyntax last = declaration.AttributeLists.Last();
        AttributeListSyntax list = Make(attribute)
            .WithLeadingTrivia(Indentation(declaration.GetLeadingTrivia()))
            .WithTrailingTrivia(last.GetTrailingTrivia());
        declaration = declaration.ReplaceNode(last, last.WithTrailingTrivia(EndOfLine(declaration)));
        return declaration.WithAttributeLists(declaration.AttributeLists.Add(list));
    }

    private static AttributeListSyntax Make(string attribute)
    {
        int arguments = attribute.IndexOf('(');
        string name = arguments < 0 ? attribute : attribute.Substring(0, arguments);
        return SyntaxFactory.AttributeList(SyntaxFactory.SingletonSeparatedList(SyntaxFactory.Attribute(
            Names.OfLibrary(name),
            arguments < 0 ? null : SyntaxFactory.ParseAttributeArgumentList(attribute.Substring(arguments)))));
    }

    private static SyntaxTriviaList Indentation(SyntaxTriviaList leading)
        => leading.LastOrDefault() is { } last && last.IsKind(SyntaxKind.WhitespaceTrivia) ? [last] : [];

    private static SyntaxTrivia EndOfLine(SyntaxNode node)
    {
        SyntaxTrivia present = node.SyntaxTree.GetRoot().DescendantTrivia().FirstOrDefault(static trivia => trivia.IsKind(SyntaxKind.EndOfLineTrivia));
        return present.IsKind(SyntaxKind.EndOfLineTrivia) ? present : SyntaxFactory.LineFeed;
    }
}
