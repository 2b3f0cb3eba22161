using KvCompose.Shared.Diagnostics;
using KvCompose.Shared.Specs;
using Microsoft.CodeAnalysis;

namespace KvCompose.Shared.Parsing;

/// <summary>Checks that every value which a declaration states has an effect: its option exists, and no other option overrides it.</summary>
internal static class DeclaredOptionRules
{
    // One of these decides how many tokens stay, so that a second one would be ignored.
    private static readonly OptionRole[] BudgetRoles = [OptionRole.Budget, OptionRole.Kibibytes, OptionRole.Rate];

    /// <summary>Reports what would be ignored; true when nothing is.</summary>
    public static bool Check(ITypeSymbol stage, StageFacts facts, AttributeData declaration, IDiagnosticSink sink)
        => CheckNames(stage, facts, declaration, sink) & CheckBudgets(stage, declaration, sink);

    private static bool CheckNames(ITypeSymbol stage, StageFacts facts, AttributeData declaration, IDiagnosticSink sink)
    {
        bool valid = true;
        foreach (KeyValuePair<string, TypedConstant> argument in declaration.NamedArguments)
        {
            string name = argument.Key;
            if (StageSurface.Of(stage).Options.Any(option => option.Property.Name == name) || IsFileOrList(facts, name))
            {
                continue;
            }

            valid = false;
            sink.Report(new Finding(RuleIds.OptionUnknown, DiagnosticSite.Of(declaration, name), name, stage.Name, Known(stage)));
        }

        return valid;
    }

    private static bool IsFileOrList(StageFacts facts, string name)
        => (name == WellKnownNames.Profile && facts.Profile != ProfileKind.None)
            || (name == WellKnownNames.Filters && facts.Profile == ProfileKind.FilterLayers);

    private static string Known(ITypeSymbol stage)
    {
        string names = string.Join(", ", StageSurface.Of(stage).Options.Select(static option => option.Property.Name));
        return names.Length == 0 ? "it has none" : "it has " + names;
    }

    private static bool CheckBudgets(ITypeSymbol stage, AttributeData declaration, IDiagnosticSink sink)
    {
        OptionSurface[] stated = [.. BudgetRoles
            .SelectMany(role => StageSurface.Of(stage).Options.Where(option => option.Role == role))
            .Where(option => Constants.Named(declaration, option.Property.Name) is { } value && Constants.Number(Constants.Of(value)) is not (null or 0))];
        foreach (OptionSurface ignored in stated.Skip(1))
        {
            string name = ignored.Property.Name;
            sink.Report(new Finding(RuleIds.TwoBudgets, DiagnosticSite.Of(declaration, name), stage.Name, stated[0].Property.Name, name));
        }

        return stated.Length < 2;
    }
}
