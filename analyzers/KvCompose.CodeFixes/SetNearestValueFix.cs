using System.Collections.Immutable;
using System.Composition;
using System.Globalization;
using KvCompose.CodeFixes.Editing;
using KvCompose.Shared;
using KvCompose.Shared.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Simplification;

namespace KvCompose.CodeFixes;

/// <summary>Sets an option to the valid value that is next to the one it has.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(SetNearestValueFix)), Shared]
public sealed class SetNearestValueFix : DeclarationFix
{
    private const string Title = "Set the nearest valid value";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [RuleIds.OptionOutOfRange, RuleIds.PageSizesDiffer, RuleIds.ModelShapeDiffers, RuleIds.NoChannelPruned];

    internal override async Task<SyntaxEdit?> FindAsync(Document document, Diagnostic diagnostic, CancellationToken cancellation)
    {
        if (!diagnostic.Properties.TryGetValue(FixData.OptionName, out string? option)
            || !diagnostic.Properties.TryGetValue(FixData.OptionValue, out string? text)
            || !double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
            || await Declared.AttributeAsync(document, diagnostic, cancellation).ConfigureAwait(false) is not { } attribute
            || await Declared.AttributeClassAsync(document, attribute, cancellation).ConfigureAwait(false) is not { } attributeClass
            || attributeClass.GetMembers(option!).OfType<IPropertySymbol>().FirstOrDefault() is not { } property
            || Value(property.Type, value) is not { } expression)
        {
            return null;
        }

        return new SyntaxEdit(Title, document.Id, attribute, node => With((AttributeSyntax)node, option!, expression));
    }

    private static ExpressionSyntax? Value(ITypeSymbol type, double value)
    {
        string? text = type switch
        {
            { TypeKind: TypeKind.Enum } => type.GetMembers().OfType<IFieldSymbol>()
                .Where(field => field.HasConstantValue && System.Convert.ToDouble(field.ConstantValue, CultureInfo.InvariantCulture) == value)
                .Select(field => type.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat) + "." + Identifier.Escape(field.Name))
                .FirstOrDefault(),
            { SpecialType: SpecialType.System_Int32 } => CSharpLiteral.Of((int)value),
            { SpecialType: SpecialType.System_Single } => CSharpLiteral.Of((float)value),
            { SpecialType: SpecialType.System_Double } => value.ToString("R", CultureInfo.InvariantCulture),
            _ => null,
        };
        return text is null ? null : SyntaxFactory.ParseExpression(text).WithAdditionalAnnotations(Simplifier.Annotation);
    }

    private static AttributeSyntax With(AttributeSyntax attribute, string option, ExpressionSyntax value)
    {
        AttributeArgumentSyntax? given = attribute.ArgumentList?.Arguments
            .FirstOrDefault(argument => argument.NameEquals?.Name.Identifier.ValueText == option);
        if (given is not null)
        {
            return attribute.ReplaceNode(given, given.WithExpression(value.WithTriviaFrom(given.Expression)));
        }

        AttributeArgumentSyntax added = SyntaxFactory.AttributeArgument(
            SyntaxFactory.NameEquals(SyntaxFactory.IdentifierName(SyntaxFactory.Identifier(Identifier.Escape(option)).WithTrailingTrivia(SyntaxFactory.Space)))
                .WithEqualsToken(SyntaxFactory.Token(SyntaxKind.EqualsToken).WithTrailingTrivia(SyntaxFactory.Space)),
            nameColon: null,
            value);
        return attribute.ArgumentList is null
            ? attribute.WithArgumentList(SyntaxFactory.AttributeArgumentList(SyntaxFactory.SingletonSeparatedList(added)))
            : attribute.AddArgumentListArguments(added.WithLeadingTrivia(attribute.ArgumentList.Arguments.Count > 0 ? SyntaxFactory.Space : default));
    }
}
