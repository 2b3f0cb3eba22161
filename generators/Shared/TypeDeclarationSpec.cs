using Microsoft.CodeAnalysis;

namespace KvCompose.Shared;

/// <summary>What a further partial declaration of a type must repeat: <c>record struct</c>, <c>Outer&lt;T&gt;</c>.</summary>
/// <param name="Keyword">class, struct, interface, record or record struct.</param>
/// <param name="Name">The escaped name with its type parameters.</param>
/// <param name="MetadataName">The name with the number of its type parameters, for file names: <c>Outer`1</c>.</param>
internal sealed record TypeDeclarationSpec(string Keyword, string Name, string MetadataName)
{
    public static TypeDeclarationSpec From(INamedTypeSymbol type)
        => new(KeywordOf(type), Identifier.Escape(type.Name) + ParametersOf(type), type.MetadataName);

    private static string KeywordOf(INamedTypeSymbol type) => (type.IsRecord, type.TypeKind) switch
    {
        (true, TypeKind.Struct) => "record struct",
        (true, _) => "record",
        (_, TypeKind.Struct) => "struct",
        (_, TypeKind.Interface) => "interface",
        _ => "class",
    };

    private static string ParametersOf(INamedTypeSymbol type)
        => type.TypeParameters.IsEmpty
            ? ""
            : "<" + string.Join(", ", type.TypeParameters.Select(static parameter => Identifier.Escape(parameter.Name))) + ">";
}
