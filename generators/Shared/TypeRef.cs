using Microsoft.CodeAnalysis;

namespace KvCompose.Shared;

/// <summary>A type by name alone, so that no symbol outlives the parser.</summary>
/// <param name="Name">The name without namespace, containing types and type arguments.</param>
/// <param name="FullyQualifiedName">How emitted code names it: <c>global::A.B&lt;float&gt;</c>, or a keyword such as <c>float</c>.</param>
/// <param name="IsValueType">Whether it is a struct or an enum.</param>
internal sealed record TypeRef(string Name, string FullyQualifiedName, bool IsValueType)
{
    public static TypeRef From(ITypeSymbol type)
        => new(type.Name, type.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat), type.IsValueType);

    public override string ToString() => FullyQualifiedName;
}
