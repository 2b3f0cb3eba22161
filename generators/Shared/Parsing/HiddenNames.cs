using Microsoft.CodeAnalysis;

namespace KvCompose.Shared.Parsing;

/// <summary>Finds the names that emitted code uses and that mean something else where a pipeline stands.</summary>
internal static class HiddenNames
{
    public static EquatableArray<string> Of(INamedTypeSymbol pipeline, Compilation compilation)
    {
        INamespaceOrTypeSymbol[] scopes = [.. ScopesOf(pipeline, compilation)];
        return EmittedNames.All
            .Where(name => scopes.Any(scope => Hides(scope, name.Key, name.Value, compilation)))
            .Select(static name => name.Key)
            .OrderBy(static name => name, StringComparer.Ordinal)
            .ToEquatableArray();
    }

    /// <summary>Wherever a name is looked for before the usings of the emitted file.</summary>
    private static IEnumerable<INamespaceOrTypeSymbol> ScopesOf(INamedTypeSymbol pipeline, Compilation compilation)
    {
        for (INamedTypeSymbol? around = pipeline; around is not null; around = around.ContainingType)
        {
            for (INamedTypeSymbol? current = around; current is not null; current = current.BaseType)
            {
                yield return current;
            }
        }

        for (INamespaceSymbol? current = pipeline.ContainingNamespace; current is not null; current = current.ContainingNamespace)
        {
            // Also with what references declare there.
            yield return compilation.GetCompilationNamespace(current) ?? current;
        }
    }

    private static bool Hides(INamespaceOrTypeSymbol scope, string name, string meant, Compilation compilation)
        => scope.GetMembers(name).Any(member => IsOther(member, meant, compilation))
            || scope.GetMembers(name + nameof(Attribute)).Any(member => IsOther(member, meant + nameof(Attribute), compilation));

    private static bool IsOther(ISymbol member, string meant, Compilation compilation)
        => (member is INamespaceSymbol || member.DeclaredAccessibility != Accessibility.Internal
                || member.ContainingAssembly is null
                || SymbolEqualityComparer.Default.Equals(member.ContainingAssembly, compilation.Assembly)
                || member.ContainingAssembly.GivesAccessTo(compilation.Assembly))
            && member.ToDisplayString(QualifiedFormat) != meant;

    private static readonly SymbolDisplayFormat QualifiedFormat
        = new(typeQualificationStyle: SymbolDisplayTypeQualificationStyle.NameAndContainingTypesAndNamespaces);
}
