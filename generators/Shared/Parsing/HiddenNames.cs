using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;

namespace KvCompose.Shared.Parsing;

/// <summary>Finds the names that emitted code uses and that mean something else where a pipeline stands.</summary>
internal static class HiddenNames
{
    /// <summary>What a namespace hides is the same for all pipelines of a compilation.</summary>
    private static readonly ConditionalWeakTable<Compilation, ConcurrentDictionary<INamespaceSymbol, string[]>> OfNamespaces = new();

    public static EquatableArray<string> Of(INamedTypeSymbol pipeline, Compilation compilation)
    {
        ConcurrentDictionary<INamespaceSymbol, string[]> known = OfNamespaces.GetValue(
            compilation, static _ => new ConcurrentDictionary<INamespaceSymbol, string[]>(SymbolEqualityComparer.Default));
        var hidden = new SortedSet<string>(StringComparer.Ordinal);
        for (INamedTypeSymbol? around = pipeline; around is not null; around = around.ContainingType)
        {
            for (INamedTypeSymbol? current = around; current is not null; current = current.BaseType)
            {
                hidden.UnionWith(HiddenBy(current, compilation));
            }
        }

        for (INamespaceSymbol? current = pipeline.ContainingNamespace; current is not null; current = current.ContainingNamespace)
        {
            // Also with what references declare there.
            hidden.UnionWith(known.GetOrAdd(current, space => [.. HiddenBy(compilation.GetCompilationNamespace(space) ?? space, compilation)]));
        }

        return hidden.ToEquatableArray();
    }

    /// <summary>Names that are found in a scope before the usings of the emitted file are looked at.</summary>
    private static IEnumerable<string> HiddenBy(INamespaceOrTypeSymbol scope, Compilation compilation)
        => EmittedNames.All.Where(name => Hides(scope, name.Key, name.Value, compilation)).Select(static name => name.Key);

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
