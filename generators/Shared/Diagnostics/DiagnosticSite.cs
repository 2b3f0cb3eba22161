using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace KvCompose.Shared.Diagnostics;

/// <summary>A place that a finding points at. Making one is free; <see cref="Resolve(System.Threading.CancellationToken)"/> does the work.</summary>
internal readonly struct DiagnosticSite
{
    private readonly object _where;
    private readonly string? _argument;

    private DiagnosticSite(object where, string? argument = null) => (_where, _argument) = (where, argument);

    /// <summary>The name of the symbol in its first declaration.</summary>
    public static DiagnosticSite Of(ISymbol symbol) => new(symbol);

    /// <summary>A piece of syntax.</summary>
    public static DiagnosticSite Of(SyntaxNode node) => new(node);

    /// <summary>The whole attribute.</summary>
    public static DiagnosticSite Of(AttributeData attribute) => new(attribute);

    /// <summary>The value given for one option of an attribute, or the whole attribute when the option is not given.</summary>
    /// <param name="attribute">The attribute.</param>
    /// <param name="argument">A property or a constructor parameter of the attribute, by name.</param>
    public static DiagnosticSite Of(AttributeData attribute, string argument) => new(attribute, argument);

    public Location Resolve(CancellationToken cancellation) => _where switch
    {
        ISymbol symbol => symbol.Locations.FirstOrDefault(static location => location.IsInSource) ?? Location.None,
        SyntaxNode node => node.GetLocation(),
        AttributeData attribute => Resolve(attribute, cancellation),
        _ => Location.None,
    };

    private Location Resolve(AttributeData attribute, CancellationToken cancellation)
    {
        if (attribute.ApplicationSyntaxReference?.GetSyntax(cancellation) is not AttributeSyntax syntax)
            return Location.None;
        return (_argument is null ? null : FindArgument(attribute, syntax, _argument))?.Expression.GetLocation() ?? syntax.GetLocation();
    }

    private static AttributeArgumentSyntax? FindArgument(AttributeData attribute, AttributeSyntax syntax, string name)
    {
        if (syntax.ArgumentList is not { } list)
            return null;
        foreach (var argument in list.Arguments)
            if ((argument.NameEquals?.Name ?? argument.NameColon?.Name)?.Identifier.ValueText == name)
                return argument;
        var parameters = attribute.AttributeConstructor?.Parameters ?? [];
        for (var i = 0; i < parameters.Length && i < list.Arguments.Count; i++)
            if (parameters[i].Name == name && list.Arguments[i] is { NameEquals: null, NameColon: null } positional)
                return positional;
        return null;
    }
}
