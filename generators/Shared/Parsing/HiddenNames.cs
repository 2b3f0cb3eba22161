using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;

namespace KvCompose.Shared.Parsing;

/// <summary>Finds the names that emitted code uses and that mean something else where a pipeline stands.</summary>
internal static class HiddenNames
{
    /// <summary>What a namespace or a base class hides is the same for all pipelines of a compilation.</summary>
    private static readonly ConditionalWeakTable<Compilation, ConcurrentDictionary<INamespaceOrTypeSymbol, string[]>> OfScopes = new();

    /// <summary>What global usings hide is the same for all pipelines of a compilation.</summary>
    private static readonly ConditionalWeakTable<Compilation, string[]> OfUsings = new();

    /// <summary>Members of a namespace of a referenced assembly that have one of the names.</summary>
    private static readonly ConditionalWeakTable<INamespaceSymbol, ISymbol[]> OfReferences = new();

    /// <summary>Names as members may have them, with the short name of emitted code and the meaning that it must keep.</summary>
    private static readonly Dictionary<string, (string Name, string Meant)> Taken = EmittedNames.All
        .Concat(EmittedNames.All.Select(static name => new KeyValuePair<string, string>(name.Key + nameof(Attribute), name.Value + nameof(Attribute))))
        .ToDictionary(static name => name.Key, static name => (ShortName(name.Key), name.Value), StringComparer.Ordinal);

    public static EquatableArray<string> Of(INamedTypeSymbol pipeline, Compilation compilation)
    {
        ConcurrentDictionary<INamespaceOrTypeSymbol, string[]> known = OfScopes.GetValue(
            compilation, static _ => new ConcurrentDictionary<INamespaceOrTypeSymbol, string[]>(SymbolEqualityComparer.Default));
        var hidden = new SortedSet<string>(OfUsings.GetValue(compilation, static all => [.. HiddenByUsings(all)]), StringComparer.Ordinal);
        for (INamedTypeSymbol? around = pipeline; around is not null; around = around.ContainingType)
        {
            hidden.UnionWith(HiddenBy(around.GetMembers(), compilation));
            for (INamedTypeSymbol? current = around.BaseType; current is not null; current = current.BaseType)
            {
                hidden.UnionWith(known.GetOrAdd(current, type => [.. HiddenBy(type.GetMembers(), compilation)]));
            }
        }

        for (INamespaceSymbol? current = pipeline.ContainingNamespace; current is not null; current = current.ContainingNamespace)
        {
            hidden.UnionWith(known.GetOrAdd(current, space => [.. HiddenBy(MembersToAskFor((INamespaceSymbol)space, compilation), compilation)]));
        }

        return hidden.ToEquatableArray();
    }

    /// <summary>Short names that a global using finds, too: such a one would be ambiguous, or an alias of something else.</summary>
    private static IEnumerable<string> HiddenByUsings(Compilation compilation)
        => GlobalUsings.Namespaces(compilation).SelectMany(space => HiddenBy(MembersToAskFor(space, compilation), compilation))
            .Concat(GlobalUsings.Types(compilation).SelectMany(type => HiddenBy(type.GetTypeMembers(), compilation)))
            .Concat(GlobalUsings.Aliases(compilation)
                .Where(static alias => Taken.TryGetValue(alias.Name, out (string Name, string Meant) taken)
                    && alias.Target?.ToDisplayString(QualifiedFormat) != taken.Meant)
                .Select(static alias => ShortName(alias.Name)));

    /// <summary>Short names that are found among members before the usings of the emitted file are looked at.</summary>
    private static IEnumerable<string> HiddenBy(IEnumerable<ISymbol> members, Compilation compilation)
    {
        foreach (ISymbol member in members)
        {
            if (Taken.TryGetValue(member.Name, out (string Name, string Meant) taken) && IsOther(member, taken.Meant, compilation))
            {
                yield return taken.Name;
            }
        }
    }

    /// <summary>Also with what references declare there, which one keystroke and the next have in common.</summary>
    private static IEnumerable<ISymbol> MembersToAskFor(INamespaceSymbol space, Compilation compilation)
        => (compilation.GetCompilationNamespace(space) ?? space).ConstituentNamespaces
            .SelectMany(part => SymbolEqualityComparer.Default.Equals(part.ContainingAssembly, compilation.Assembly)
                ? Named(part)
                : OfReferences.GetValue(part, static reference => [.. Named(reference)]));

    /// <summary>A namespace may have thousands of members: it is asked by name.</summary>
    private static IEnumerable<ISymbol> Named(INamespaceSymbol space) => Taken.Keys.SelectMany(name => space.GetMembers(name));

    private static bool IsOther(ISymbol member, string meant, Compilation compilation)
        => (member is INamespaceSymbol || member.DeclaredAccessibility != Accessibility.Internal
                || member.ContainingAssembly is null
                || SymbolEqualityComparer.Default.Equals(member.ContainingAssembly, compilation.Assembly)
                || member.ContainingAssembly.GivesAccessTo(compilation.Assembly))
            && member.ToDisplayString(QualifiedFormat) != meant;

    private static string ShortName(string name)
        => EmittedNames.All.ContainsKey(name) ? name : name.Substring(0, name.Length - nameof(Attribute).Length);

    private static readonly SymbolDisplayFormat QualifiedFormat
        = new(typeQualificationStyle: SymbolDisplayTypeQualificationStyle.NameAndContainingTypesAndNamespaces);
}
