using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace KvCompose.Shared.Parsing;

/// <summary>
/// What the global usings of a compilation bring into every file, emitted ones included: the SDK's implicit usings, and a user's own. A type of such
/// a namespace makes a short name of emitted code ambiguous, and an alias takes it over.
/// </summary>
internal static class GlobalUsings
{
    /// <summary>The namespaces.</summary>
    public static IEnumerable<INamespaceSymbol> Namespaces(Compilation compilation) => Imported(compilation).OfType<INamespaceSymbol>();

    /// <summary>The types that <c>using static</c> imports: their nested types have short names too.</summary>
    public static IEnumerable<INamedTypeSymbol> Types(Compilation compilation) => Imported(compilation).OfType<INamedTypeSymbol>();

    /// <summary>The aliases, with what they stand for; null is something that is neither namespace nor type of a name.</summary>
    public static IEnumerable<(string Name, ISymbol? Target)> Aliases(Compilation compilation)
        => All(compilation).Where(static directive => directive.Alias is not null)
            .Select(directive => (directive.Alias!.Name.Identifier.ValueText, TargetOf(directive, compilation)));

    private static IEnumerable<ISymbol?> Imported(Compilation compilation)
        => All(compilation).Where(static directive => directive.Alias is null).Select(directive => TargetOf(directive, compilation));

    private static IEnumerable<UsingDirectiveSyntax> All(Compilation compilation)
        => compilation.SyntaxTrees.Select(static tree => tree.GetRoot()).OfType<CompilationUnitSyntax>()
            .SelectMany(static unit => unit.Usings)
            .Where(static directive => directive.GlobalKeyword.IsKind(SyntaxKind.GlobalKeyword));

    private static ISymbol? TargetOf(UsingDirectiveSyntax directive, Compilation compilation)
        => compilation.GetSemanticModel(directive.SyntaxTree).GetSymbolInfo(directive.NamespaceOrType).Symbol;
}
