using KvCompose.Shared.Specs;
using Microsoft.CodeAnalysis;

namespace KvCompose.Shared.Parsing;

/// <summary>What a stage's declaration says of one option, whatever pipeline states it.</summary>
/// <param name="Property">The property that takes the value.</param>
/// <param name="Marker">Its [StageOption].</param>
/// <param name="Role">What the generator uses the value for.</param>
/// <param name="RunTime">Whether the value may be left open until a session is made.</param>
/// <param name="Bounds">What values are valid.</param>
internal sealed record OptionSurface(IPropertySymbol Property, AttributeData Marker, OptionRole Role, bool RunTime, OptionBounds Bounds)
{
    /// <summary>The option that a property is, or null when it is none.</summary>
    public static OptionSurface? Of(IPropertySymbol property)
    {
        AttributeData? marker = property.GetAttributes().FirstOrDefault(static attribute =>
            attribute.AttributeClass is { Name: WellKnownNames.StageOptionAttribute } type && SlotAttributes.IsInLibrary(type));
        if (marker is null)
        {
            return null;
        }

        OptionRole role = Named(marker, "Role") is int value ? (OptionRole)value : OptionRole.None;
        return new OptionSurface(property, marker, role, Named(marker, "RunTime") is true, OptionBounds.Of(marker, role));
    }

    private static object? Named(AttributeData marker, string name)
        => Constants.Named(marker, name) is { } argument ? Constants.Of(argument) : null;
}
