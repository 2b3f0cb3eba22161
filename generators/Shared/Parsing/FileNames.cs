using Microsoft.CodeAnalysis;

namespace KvCompose.Shared.Parsing;

/// <summary>Emitted files are named after their pipeline, and names of files that differ by case alone are one name.</summary>
internal static class FileNames
{
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

        return Alike(container).SelectMany(static alike => alike.GetMembers()).OfType<INamespaceOrTypeSymbol>().Where(member =>
            member.IsNamespace == symbol.IsNamespace
            && string.Equals(member.MetadataName, symbol.MetadataName, StringComparison.OrdinalIgnoreCase));
    }
}
