using System.Globalization;
using KvCompose.Shared.Diagnostics;
using KvCompose.Shared.Specs;
using Microsoft.CodeAnalysis;

namespace KvCompose.Shared.Parsing;

/// <summary>Reads the options of a stage: the properties with [StageOption], valued by the declaring attribute or by default.</summary>
internal static class OptionsParser
{
    /// <summary>The options in declaration order; null when one is not valid, which the sink is told.</summary>
    public static EquatableArray<OptionSpec>? Parse(ITypeSymbol stage, AttributeData declaration, IDiagnosticSink sink)
    {
        var options = new List<OptionSpec>();
        bool valid = true;
        foreach (IPropertySymbol property in stage.GetMembers().OfType<IPropertySymbol>())
        {
            if (FindMarker(property) is not { } marker)
            {
                continue;
            }

            TypedConstant value = declaration.NamedArguments.FirstOrDefault(argument => argument.Key == property.Name).Value;
            if (value.Kind == TypedConstantKind.Error)
            {
                value = marker.ConstructorArguments.FirstOrDefault();
            }

            if (Read(property, marker, value) is not { } option)
            {
                valid = false;
                continue;
            }

            options.Add(option);
            if (Violation(marker, option.Number) is { } rule)
            {
                valid = false;
                sink.Report(new Finding(
                    RuleIds.OptionOutOfRange,
                    DiagnosticSite.Of(declaration, property.Name),
                    property.Name, stage.Name, Text(option.Number), rule.Text)
                {
                    FixData = FixData.Option(property.Name, rule.Nearest),
                });
            }
        }

        return valid ? options.ToEquatableArray() : null;
    }

    private static AttributeData? FindMarker(IPropertySymbol property)
        => property.GetAttributes().FirstOrDefault(static attribute =>
            attribute.AttributeClass is { Name: WellKnownNames.StageOptionAttribute } type && SlotAttributes.IsInLibrary(type));

    private static OptionSpec? Read(IPropertySymbol property, AttributeData marker, TypedConstant value)
    {
        if (value.Value is not { } constant)
        {
            return null;
        }

        var role = (OptionRole)(int)Named(marker, "Role", 0);
        bool runTime = Named(marker, "RunTime", 0) != 0;
        double minimum = Named(marker, "Minimum", double.NegativeInfinity);
        double maximum = Named(marker, "Maximum", double.PositiveInfinity);
        if (property.Type.TypeKind == TypeKind.Enum)
        {
            return new OptionSpec(property.Name, EnumLiteral(property.Type, constant), ToDouble(constant), role, runTime, minimum, maximum);
        }

        return property.Type.SpecialType switch
        {
            SpecialType.System_Boolean when constant is bool flag
                => new OptionSpec(property.Name, CSharpLiteral.Of(flag), flag ? 1 : 0, role, runTime, minimum, maximum),
            SpecialType.System_Int32 when constant is int number
                => new OptionSpec(property.Name, CSharpLiteral.Of(number), number, role, runTime, minimum, maximum),
            SpecialType.System_Single when ToDouble(constant) is { } number
                => new OptionSpec(property.Name, CSharpLiteral.Of((float)number), number, role, runTime, minimum, maximum),
            SpecialType.System_Double when ToDouble(constant) is { } number
                => new OptionSpec(property.Name, CSharpLiteral.Of(number), number, role, runTime, minimum, maximum),
            _ => null,
        };
    }

    private static string EnumLiteral(ITypeSymbol type, object constant)
    {
        string name = type.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat);
        IFieldSymbol? member = type.GetMembers().OfType<IFieldSymbol>()
            .FirstOrDefault(field => field.HasConstantValue && Equals(field.ConstantValue, constant));
        return member is null
            ? $"({name})({Convert.ToString(constant, CultureInfo.InvariantCulture)})"
            : name + "." + Identifier.Escape(member.Name);
    }

    private static (string Text, double Nearest)? Violation(AttributeData marker, double? value)
    {
        if (value is not { } number)
        {
            return null;
        }

        double minimum = Named(marker, "Minimum", double.NegativeInfinity);
        double maximum = Named(marker, "Maximum", double.PositiveInfinity);
        bool odd = Named(marker, "Odd", 0) != 0;
        if (number >= minimum && number <= maximum && !(odd && (int)number % 2 == 0))
        {
            return null;
        }

        double nearest = Math.Min(maximum, Math.Max(minimum, number));
        if (odd && (int)nearest % 2 == 0)
        {
            nearest += nearest + 1 <= maximum ? 1 : -1;
        }

        string range = $"between {Text(minimum)} and {Text(maximum)}";
        return (odd ? "odd and " + range : range, nearest);
    }

    private static double Named(AttributeData attribute, string name, double otherwise)
    {
        foreach (KeyValuePair<string, TypedConstant> argument in attribute.NamedArguments)
        {
            if (argument.Key == name && argument.Value.Kind != TypedConstantKind.Error && ToDouble(argument.Value.Value) is { } value)
            {
                return value;
            }
        }

        return otherwise;
    }

    private static double? ToDouble(object? constant) => constant switch
    {
        int number => number,
        long number => number,
        byte number => number,
        float number => number,
        double number => number,
        bool flag => flag ? 1 : 0,
        _ => null,
    };

    private static string Text(double? value) => value?.ToString(CultureInfo.InvariantCulture) ?? "";
}
