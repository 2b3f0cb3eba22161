using System.Globalization;
using Microsoft.CodeAnalysis;

namespace KvCompose.Shared.Parsing;

/// <summary>Reads attribute arguments, which in half-typed code may be of any kind.</summary>
internal static class Constants
{
    /// <summary>A number, flag, text or enum constant; null for everything else.</summary>
    public static object? Of(TypedConstant argument)
        => argument.Kind is TypedConstantKind.Primitive or TypedConstantKind.Enum ? argument.Value : null;

    /// <summary>The named argument, or null when it is not given; it is of kind error when it is given and wrong.</summary>
    public static TypedConstant? Named(AttributeData attribute, string name)
    {
        foreach (KeyValuePair<string, TypedConstant> argument in attribute.NamedArguments)
        {
            if (argument.Key == name)
            {
                return argument.Value;
            }
        }

        return null;
    }

    /// <summary>A constant as a number; flags are 0 or 1. A float is what its text says, so that 0.1f is not above 0.1.</summary>
    public static double? Number(object? constant) => constant switch
    {
        bool flag => flag ? 1 : 0,
        float number => double.Parse(number.ToString("R", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture),
        double or sbyte or byte or short or ushort or int or uint or long or ulong => Convert.ToDouble(constant, CultureInfo.InvariantCulture),
        _ => null,
    };

    /// <summary>A number as messages show it.</summary>
    public static string Text(double number) => number.ToString(CultureInfo.InvariantCulture);
}
