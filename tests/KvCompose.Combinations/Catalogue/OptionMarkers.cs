using System.Reflection;

namespace KvCompose.Combinations.Catalogue;

/// <summary>Finds the markers of options: on a stage's property, or on that of an interface which it implements.</summary>
internal static class OptionMarkers
{
    /// <summary>The marker of a property, or null.</summary>
    public static StageOptionAttribute? Marker(this PropertyInfo option)
        => option.GetCustomAttribute<StageOptionAttribute>() ?? option.DeclaringType!.GetInterfaces()
            .Select(contract => contract.GetProperty(option.Name)?.GetCustomAttribute<StageOptionAttribute>())
            .FirstOrDefault(static marker => marker is not null);
}
