using System.Globalization;
using Microsoft.CodeAnalysis;

namespace KvCompose.Shared.Parsing;

/// <summary>Values of options as C# source, by the type of the option.</summary>
internal static class OptionLiteral
{
    /// <summary>What a value of the type is called, or null when options cannot have the type.</summary>
    public static string? ExpectedTypeOf(ITypeSymbol type) => type switch
    {
        { TypeKind: TypeKind.Enum } => "a member of " + type.Name,
        { SpecialType: SpecialType.System_Boolean } => "true or false",
        { SpecialType: SpecialType.System_Int32 } => "an int",
        { SpecialType: SpecialType.System_Single or SpecialType.System_Double } => "a number",
        _ => null,
    };

    /// <summary>The source text of a constant, or null when it is not one of the type.</summary>
    public static string? Of(ITypeSymbol type, object? constant) => type switch
    {
        { TypeKind: TypeKind.Enum } when IsIntegral(constant) => OfEnum(type, constant!),
        { SpecialType: SpecialType.System_Boolean } when constant is bool flag => CSharpLiteral.Of(flag),
        { SpecialType: SpecialType.System_Int32 } when constant is int number => CSharpLiteral.Of(number),
        { SpecialType: SpecialType.System_Single } when IsNumber(constant) && Constants.Number(constant) is { } number
            => CSharpLiteral.Of((float)number),
        { SpecialType: SpecialType.System_Double } when IsNumber(constant) && Constants.Number(constant) is { } number
            => CSharpLiteral.Of(number),
        _ => null,
    };

    /// <summary>The member of an enum whose value is closest to a number; null for other types and for sets of flags.</summary>
    public static double? NearestMember(ITypeSymbol type, double number)
    {
        if (type.TypeKind != TypeKind.Enum || type.GetAttributes().Any(static attribute => attribute.AttributeClass?.Name == nameof(FlagsAttribute)))
        {
            return null;
        }

        double? nearest = null;
        foreach (IFieldSymbol member in Members(type))
        {
            if (Constants.Number(member.ConstantValue) is { } value
                && (nearest is not { } best || Math.Abs(value - number) < Math.Abs(best - number)))
            {
                nearest = value;
            }
        }

        return nearest;
    }

    private static string OfEnum(ITypeSymbol type, object constant)
    {
        string name = type.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat);
        double? number = Constants.Number(constant);
        IFieldSymbol? member = Members(type).FirstOrDefault(field => Constants.Number(field.ConstantValue) == number);
        return member is null
            ? $"({name})({Convert.ToString(constant, CultureInfo.InvariantCulture)})"
            : name + "." + Identifier.Escape(member.Name);
    }

    private static IEnumerable<IFieldSymbol> Members(ITypeSymbol type)
        => type.GetMembers().OfType<IFieldSymbol>().Where(static field => field.HasConstantValue);

    private static bool IsNumber(object? constant) => constant is float or double || IsIntegral(constant);

    private static bool IsIntegral(object? constant) => constant is sbyte or byte or short or ushort or int or uint or long or ulong;
}
