using KvCompose.Shared.Diagnostics;
using KvCompose.Shared.Specs;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace KvCompose.Shared.Parsing;

/// <summary>Reads the options of a stage: the properties with [StageOption], valued by the declaring attribute or by default.</summary>
internal static class OptionsParser
{
    /// <summary>The options in declaration order; null when one is not valid, which the sink is told unless the compiler says it.</summary>
    public static EquatableArray<OptionSpec>? Parse(ITypeSymbol stage, AttributeData declaration, IDiagnosticSink sink)
    {
        var options = new List<OptionSpec>();
        bool valid = true;
        foreach (OptionSurface surface in StageSurface.Of(stage).Options)
        {
            if (ParseOne(stage, surface, declaration, sink) is { } option)
            {
                options.Add(option);
            }
            else
            {
                valid = false;
            }
        }

        return valid ? options.ToEquatableArray() : null;
    }

    private static OptionSpec? ParseOne(ITypeSymbol stage, OptionSurface surface, AttributeData declaration, IDiagnosticSink sink)
    {
        IPropertySymbol property = surface.Property;
        TypedConstant argument = Constants.Named(declaration, property.Name) ?? surface.Marker.ConstructorArguments.FirstOrDefault();
        if (argument.Kind == TypedConstantKind.Error || property.Type.TypeKind == TypeKind.Error)
        {
            return null;
        }

        if (!CanBeSet(property))
        {
            return Invalid("read-only", "a property with a set or init accessor");
        }

        if (OptionLiteral.ExpectedTypeOf(property.Type) is not { } expected)
        {
            return Invalid("of type " + property.Type.ToDisplayString(), "an int, float, double, bool or enum");
        }

        object? constant = Constants.Of(argument);
        if (OptionLiteral.Of(property.Type, constant) is not { } literal || Constants.Number(constant) is not { } number)
        {
            return Invalid(argument.IsNull ? "null" : argument.ToCSharpString(), expected);
        }

        double? member = OptionLiteral.NearestMember(property.Type, number);
        if (member is not null && member != number)
        {
            return Invalid(Constants.Text(number), expected, member);
        }

        OptionBounds bounds = surface.Bounds;
        if (!bounds.Contains(number))
        {
            return Invalid(Constants.Text(number), bounds.ToString(), bounds.Nearest(number));
        }

        OptionRole role = surface.Role;
        if (surface.RunTime && role is not (OptionRole.None or OptionRole.Budget or OptionRole.Kibibytes or OptionRole.Rate or OptionRole.Layer
            or OptionRole.ProfileRatio or OptionRole.Retrieved or OptionRole.DenseLayers))
        {
            return Invalid("open until run time", "a constant, because emitted loops are built for it");
        }

        return new OptionSpec(property.Name, literal, number, role, surface.RunTime, member is not null, bounds.Minimum, bounds.Maximum);

        OptionSpec? Invalid(string actual, string valid, double? nearest = null)
        {
            var finding = new Finding(
                RuleIds.OptionOutOfRange, DiagnosticSite.Of(declaration, property.Name), property.Name, stage.Name, actual, valid);
            sink.Report(nearest is { } next ? finding with { FixData = FixData.Option(property.Name, next) } : finding);
            return null;
        }
    }

    /// <summary>Emitted code sets options where it makes a stage.</summary>
    private static bool CanBeSet(IPropertySymbol property)
        => property is
        {
            IsStatic: false, IsIndexer: false,
            SetMethod.DeclaredAccessibility: Accessibility.Public or Accessibility.Internal or Accessibility.ProtectedOrInternal,
        };
}
