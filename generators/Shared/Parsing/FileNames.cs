using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;

namespace KvCompose.Shared.Parsing;

/// <summary>Emitted files are named after their pipeline, and names of files that differ by case alone are one name.</summary>
internal static class FileNames
{
    /// <summary>The types and namespaces of a container by name, whatever the case: asked for every pipeline of an assembly.</summary>
    private static readonly ConditionalWeakTable<IAssemblySymbol, ConcurrentDictionary<ISymbol, ILookup<string, INamespaceOrTypeSymbol>>> Members = new();

    /// <summary>Another pipeline whose full name differs from a type's by case alone, or null.</summary>
    public static INamedTypeSymbol? FindTwin(INamedTypeSymbol type)
        => Alike(type).OfType<INamedTypeSymbol>().FirstOrDefault(other =>
            !SymbolEqualityComparer.Default.Equals(other, type) && PipelineParser.FindPipeline(other) is not null);

    /// <summary>The namespaces or types of the assembly whose full name is a symbol's, whatever the case.</summary>
    private static IEnumerable<INamespaceOrTypeSymbol> Alike(INamespaceOrTypeSymbol symbol)
    {
        if (((ISymbol?)symbol.ContainingType ?? symbol.ContainingNamespace) is not INamespaceOrTypeSymbol container)
        {
            return [symbol];
        }

        return Alike(container).SelectMany(alike => MembersOf(alike, symbol.ContainingAssembly)[symbol.MetadataName])
            .Where(member => member.IsNamespace == symbol.IsNamespace);
    }

    private static ILookup<string, INamespaceOrTypeSymbol> MembersOf(INamespaceOrTypeSymbol container, IAssemblySymbol assembly)
        => Members.GetValue(
                assembly, static _ => new ConcurrentDictionary<ISymbol, ILookup<string, INamespaceOrTypeSymbol>>(SymbolEqualityComparer.Default))
            .GetOrAdd(container, static within => ((INamespaceOrTypeSymbol)within).GetMembers().OfType<INamespaceOrTypeSymbol>()
                .ToLookup(static member => member.MetadataName, StringComparer.OrdinalIgnoreCase));
}
