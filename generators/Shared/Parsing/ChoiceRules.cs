using KvCompose.Shared.Diagnostics;
using KvCompose.Shared.Specs;
using Microsoft.CodeAnalysis;

namespace KvCompose.Shared.Parsing;

/// <summary>What the markers of options and of their enum members say about a declaration. Nothing here is an error.</summary>
internal static class ChoiceRules
{
    /// <summary>Tells the sink of options that a preset overrules, presets tuned for another budget, and values with a price.</summary>
    public static void Check(ITypeSymbol stage, AttributeData declaration, EquatableArray<OptionSpec> options, IDiagnosticSink sink)
    {
        foreach (OptionSurface surface in StageSurface.Of(stage).Options)
        {
            IPropertySymbol property = surface.Property;
            if (Constants.Named(declaration, property.Name) is not { } stated || MemberOf(property.Type, stated) is not { } member)
            {
                continue;
            }

            if (Constants.Number(member.ConstantValue) is not 0)
            {
                WarnOfOverruled(stage, declaration, property, surface.Marker, sink);
            }

            CheckMember(stage, declaration, property, member, options, sink);
        }
    }

    private static void WarnOfOverruled(
        ITypeSymbol stage, AttributeData declaration, IPropertySymbol preset, AttributeData marker, IDiagnosticSink sink)
    {
        if (Constants.Named(marker, "Decides") is not { Kind: TypedConstantKind.Array, Values.IsDefault: false } decided)
        {
            return;
        }

        foreach (TypedConstant name in decided.Values)
        {
            if (name.Value is string option && Constants.Named(declaration, option) is not null)
            {
                sink.Report(new Finding(
                    RuleIds.OptionOverruled, DiagnosticSite.Of(declaration, option), option, stage.Name, preset.Name));
            }
        }
    }

    private static void CheckMember(
        ITypeSymbol stage, AttributeData declaration, IPropertySymbol property, IFieldSymbol member, EquatableArray<OptionSpec> options,
        IDiagnosticSink sink)
    {
        DiagnosticSite site = DiagnosticSite.Of(declaration, property.Name);
        foreach (AttributeData note in member.GetAttributes())
        {
            if (note.AttributeClass is not { } type || !SlotAttributes.IsInLibrary(type) || note.ConstructorArguments.Length != 1)
            {
                continue;
            }

            object? said = Constants.Of(note.ConstructorArguments[0]);
            if (type.Name == WellKnownNames.TunedForAttribute && Constants.Number(said) is { } tuned
                && options.FirstOrDefault(static option => option.Role == OptionRole.Budget)?.Number is { } budget && budget != tuned)
            {
                sink.Report(new Finding(
                    RuleIds.TunedForAnotherBudget, site, member.Name, Constants.Text(tuned), stage.Name, Constants.Text(budget)));
            }

            if (type.Name == WellKnownNames.CaveatAttribute && said is string price)
            {
                sink.Report(new Finding(RuleIds.ValueHasAPrice, site, property.Name, stage.Name, member.Name, price));
            }
        }
    }

    private static IFieldSymbol? MemberOf(ITypeSymbol type, TypedConstant stated)
        => type.TypeKind == TypeKind.Enum && Constants.Number(Constants.Of(stated)) is { } number
            ? type.GetMembers().OfType<IFieldSymbol>().FirstOrDefault(field => Constants.Number(field.ConstantValue) == number)
            : null;
}
