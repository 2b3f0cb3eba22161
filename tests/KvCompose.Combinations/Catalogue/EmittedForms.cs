using System.Reflection;

namespace KvCompose.Combinations.Catalogue;

/// <summary>Which options change what is emitted and not only numbers in it, by their roles; and the values that are tried.</summary>
internal static class EmittedForms
{
    /// <summary>Whether options of a role are tried with every value.</summary>
    public static bool Decides(OptionRole role) => role is OptionRole.DecodeEviction or OptionRole.PoolingOrder or OptionRole.Visibility;

    /// <summary>The values, the declared default first. Tokens that arrive when they are ready arrive at no step that could be foretold.</summary>
    public static object[] Of(OptionRole role, object declared) => !Decides(role)
        ? [declared]
        : declared is bool flag
            ? [flag, !flag]
            : [declared, .. Enum.GetValues(declared.GetType()).Cast<object>().Where(value => !value.Equals(declared) && value is not RetrievalVisibility.WhenReady)];

    /// <summary>Whether an option has a say beside those chosen before it: the line of an eviction that is turned off has none.</summary>
    public static bool Matters((PropertyInfo Option, object Value)[] chosen, PropertyInfo option)
        => option.Marker()!.Role != OptionRole.PoolingOrder || !chosen.Any(static entry => entry.Value is false);
}
