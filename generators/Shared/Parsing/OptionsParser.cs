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
        foreach (IPropertySymbol property in stage.GetMembers().OfType<IPropertySymbol>())
        {
            if (FindMarker(property) is not { } marker)
            {
                continue;
            }

            if (ParseOne(stage, property, marker, declaration, sink) is { } option)
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

    /// <summary>The options of a stage that have a role.</summary>
    public static IEnumerable<string> NamesWithRole(ITypeSymbol stage, OptionRole role)
        => stage.GetMembers().OfType<IPropertySymbol>()
            .Where(property => FindMarker(property) is { } marker && Named(marker, "Role") is int value && (OptionRole)value == role)
            .Select(static property => property.Name);

    /// <summary>The [StageOption] of a property, or of what it implements: an interface may state options that several stages have. Null for none.</summary>
    public static AttributeData? FindMarker(IPropertySymbol property)
        => OwnMarker(property) ?? property.ContainingType.AllInterfaces
            .SelectMany(contract => contract.GetMembers(property.Name).OfType<IPropertySymbol>())
            .Select(OwnMarker).FirstOrDefault(static marker => marker is not null);

    private static AttributeData? OwnMarker(IPropertySymbol property)
        => property.GetAttributes().FirstOrDefault(static attribute =>
            attribute.AttributeClass is { Name: WellKnownNames.StageOptionAttribute } type && SlotAttributes.IsInLibrary(type));

    private static OptionSpec? ParseOne(
        ITypeSymbol stage, IPropertySymbol property, AttributeData marker, AttributeData declaration, IDiagnosticSink sink)
    {
        TypedConstant argument = Constants.Named(declaration, property.Name) ?? marker.ConstructorArguments.FirstOrDefault();
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

        if (OptionLiteral.NearestMember(property.Type, number) is { } member && member != number)
        {
            return Invalid(Constants.Text(number), expected, member);
        }

        OptionRole role = Named(marker, "Role") is int value ? (OptionRole)value : OptionRole.None;
        OptionBounds bounds = OptionBounds.Of(marker, role);
        if (!bounds.Contains(number))
        {
            return Invalid(Constants.Text(number), bounds.ToString(), bounds.Nearest(number));
        }

        bool runTime = Named(marker, "RunTime") is true;
        if (runTime && role is not (OptionRole.None or OptionRole.Budget or OptionRole.Kibibytes or OptionRole.Rate or OptionRole.Layer
            or OptionRole.ProfileRatio or OptionRole.Retrieved or OptionRole.DenseLayers))
        {
            return Invalid("open until run time", "a constant, because emitted loops are built for it");
        }

        bool oneOfMany = OptionLiteral.NearestMember(property.Type, number) is not null;
        return new OptionSpec(property.Name, literal, number, role, runTime, oneOfMany, bounds.Minimum, bounds.Maximum);

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

    private static object? Named(AttributeData marker, string name)
        => Constants.Named(marker, name) is { } argument ? Constants.Of(argument) : null;
}
