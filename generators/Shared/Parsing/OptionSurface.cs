using Microsoft.CodeAnalysis;

namespace KvCompose.Shared.Parsing;

/// <summary>What a stage's declaration says of one option, whatever pipeline states it.</summary>
/// <param name="Property">The property that takes the value.</param>
/// <param name="Marker">Its [StageOption], or that of the property which it implements: an interface may state options that several stages have.</param>
/// <param name="Role">What the generator uses the value for.</param>
/// <param name="RunTime">Whether the value may be left open until a session is made.</param>
/// <param name="Bounds">What values are valid.</param>
internal sealed record OptionSurface(IPropertySymbol Property, AttributeData Marker, OptionRole Role, bool RunTime, OptionBounds Bounds)
{
    /// <summary>The option that a property is, or null when it is none.</summary>
    public static OptionSurface? Of(IPropertySymbol property)
    {
        if (MarkerOf(property) is not { } marker)
        {
            return null;
        }

        OptionRole role = Named(marker, "Role") is int value ? (OptionRole)value : OptionRole.None;
        return new OptionSurface(property, marker, role, Named(marker, "RunTime") is true, OptionBounds.Of(marker, role));
    }

    private static AttributeData? MarkerOf(IPropertySymbol property)
        => OwnMarkerOf(property) ?? property.ContainingType.AllInterfaces
            .SelectMany(contract => contract.GetMembers(property.Name).OfType<IPropertySymbol>())
            .Select(OwnMarkerOf).FirstOrDefault(static marker => marker is not null);

    private static AttributeData? OwnMarkerOf(IPropertySymbol property)
        => property.GetAttributes().FirstOrDefault(static attribute =>
            attribute.AttributeClass is { Name: WellKnownNames.StageOptionAttribute } type && SlotAttributes.IsInLibrary(type));

    private static object? Named(AttributeData marker, string name)
        => Constants.Named(marker, name) is { } argument ? Constants.Of(argument) : null;
}
