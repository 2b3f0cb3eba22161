using Microsoft.CodeAnalysis;

namespace KvCompose.Shared.Parsing;

/// <summary>Recognises the attributes that put a stage into a slot: the generic ones themselves and whatever derives from them.</summary>
internal static class SlotAttributes
{
    private static readonly (StageSlot Slot, string MetadataName)[] Known =
    [
        .. Enum.GetValues(typeof(StageSlot)).Cast<StageSlot>().Select(static slot => (slot, WellKnownNames.AttributeOf(slot) + "`1")),
    ];

    /// <summary>Whether an attribute class fills a slot, and with which type.</summary>
    public static bool TryGet(INamedTypeSymbol? attributeClass, out StageSlot slot, out ITypeSymbol? stage)
    {
        for (INamedTypeSymbol? type = attributeClass; type is not null; type = type.BaseType)
        {
            if (!type.IsGenericType || !IsInLibrary(type))
            {
                continue;
            }

            foreach ((StageSlot known, string name) in Known)
            {
                if (type.MetadataName == name)
                {
                    (slot, stage) = (known, type.TypeArguments[0]);
                    return true;
                }
            }
        }

        (slot, stage) = (default, null);
        return false;
    }

    /// <summary>Whether a symbol is declared in the library's namespace itself.</summary>
    public static bool IsInLibrary(ISymbol symbol)
        => symbol.ContainingNamespace is { Name: WellKnownNames.Namespace, ContainingNamespace.IsGlobalNamespace: true };
}
