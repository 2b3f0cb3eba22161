using KvCompose.Shared.Diagnostics;
using KvCompose.Shared.Specs;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace KvCompose.Shared.Parsing;

/// <summary>Reads one stage attribute of a pipeline.</summary>
internal static class StageParser
{
    /// <summary>The stage, or null when it cannot be used, which the sink is told.</summary>
    public static StageSpec? Parse(StageSlot slot, ITypeSymbol stage, INamedTypeSymbol pipeline, AttributeData declaration, IDiagnosticSink sink)
    {
        // The compiler says what is wrong with these.
        if (stage.TypeKind == TypeKind.Error || stage.IsRefLikeType || declaration.AttributeConstructor is null)
        {
            return null;
        }

        bool valid = true;
        string name = stage.Name.Length > 0 ? stage.Name : stage.ToDisplayString();
        if (!stage.IsUnmanagedType || stage.TypeKind != TypeKind.Struct)
        {
            valid = false;
            sink.Report(new Finding(RuleIds.StageNotUnmanaged, DiagnosticSite.Of(declaration), name));
        }

        StageSurface surface = StageSurface.Of(stage);
        StageFacts facts = surface.Facts(slot);
        bool decodes = slot == StageSlot.TokenSelection && (facts.Phases & StagePhases.Decode) != 0;
        string contract = decodes ? WellKnownNames.DecodeEviction : WellKnownNames.ContractOf(slot);
        INamedTypeSymbol? retrieval = slot == StageSlot.Residency ? Contract(stage, WellKnownNames.Retrieval) : null;
        if (Contract(stage, contract) is null && retrieval is null)
        {
            valid = false;
            sink.Report(new Finding(
                RuleIds.ContractMissing, DiagnosticSite.Of(declaration), name, $"{contract}<{name}>", SlotNames.Of(slot))
            {
                FixData = FixData.OfContract(contract),
            });
        }
        else if (FactsParser.OfAnotherSlot(stage, slot) is { } other)
        {
            valid = false;
            sink.Report(new Finding(
                RuleIds.FactsOfAnotherSlot, DiagnosticSite.Of(declaration), name, SlotNames.Of(slot), $"[{other}]", $"[{WellKnownNames.FactsOf(slot)}]"));
        }

        EquatableArray<OptionSpec>? options = OptionsParser.Parse(stage, declaration, sink);
        valid &= DeclaredOptionRules.Check(stage, facts, declaration, sink) & CheckFacts(slot, facts, name, declaration, sink) & CheckProfile(surface, facts, name, declaration, sink)
            & FilterParser.Check(facts, name, declaration, sink);
        if (options is { } stated)
        {
            ChoiceRules.Check(stage, declaration, stated, sink);
        }

        return valid && options is { } values
            ? new StageSpec(slot, surface.Type, facts, values, StageReaches.Of(stage, pipeline))
            {
                ProfileFile = ProfileFile(facts, declaration),
                Filters = FilterParser.Filters(facts, declaration),
                Tier = retrieval is null ? null : TypeRef.From(retrieval.TypeArguments[1]),
                TakesCuts = retrieval is not null && retrieval.TypeArguments[1].AllInterfaces.Any(IsCascadeTier),
            }
            : null;
    }

    private static bool IsCascadeTier(INamedTypeSymbol contract)
        => contract is { Name: WellKnownNames.CascadeTier, ContainingNamespace.Name: WellKnownNames.Residency }
            && SlotAttributes.IsInLibrary(contract.ContainingNamespace);

    private static string ProfileFile(StageFacts facts, AttributeData declaration)
        => facts.Profile != ProfileKind.None && Constants.Named(declaration, WellKnownNames.Profile) is { } argument
            ? Constants.Of(argument) as string ?? ""
            : "";

    /// <summary>A layer that a file states is not stated again.</summary>
    private static bool CheckProfile(StageSurface stage, StageFacts facts, string name, AttributeData declaration, IDiagnosticSink sink)
    {
        if (facts.Profile != ProfileKind.ActingLayer || ProfileFile(facts, declaration).Length == 0)
        {
            return true;
        }

        bool valid = true;
        foreach (string option in stage.Options.Where(static option => option.Role == OptionRole.Layer).Select(static option => option.Property.Name))
        {
            if (Constants.Named(declaration, option) is { } stated)
            {
                valid = false;
                sink.Report(new Finding(
                    RuleIds.OptionOutOfRange, DiagnosticSite.Of(declaration, option), option, name, stated.ToCSharpString(), "left to the profile"));
            }
        }

        return valid;
    }

    /// <summary>The facts that loops are built from must be numbers that loops can have.</summary>
    private static bool CheckFacts(StageSlot slot, StageFacts facts, string stage, AttributeData declaration, IDiagnosticSink sink)
    {
        bool valid = true;
        if (slot == StageSlot.Storage && !(facts.Quantised ? facts.ElementBits is 4 or 8 : facts.ElementBits is 4 or 8 or 16 or 32))
        {
            valid = false;
            sink.Report(new Finding(
                RuleIds.OptionOutOfRange, DiagnosticSite.Of(declaration), nameof(StageFacts.ElementBits), stage, Constants.Text(facts.ElementBits),
                facts.Quantised ? "4 or 8" : "4, 8, 16 or 32"));
        }

        if (facts is { Quantised: true, PrunesKeyChannels: true })
        {
            valid = false;
            sink.Report(new Finding(
                RuleIds.OptionOutOfRange, DiagnosticSite.Of(declaration), nameof(StageFacts.PrunesKeyChannels), stage, "true", "false where Quantised is true"));
        }

        Check(nameof(StageFacts.PoolingKernel), facts.PoolingKernel, new OptionBounds(1, 255, Odd: true));
        Check(nameof(StageFacts.Pooling), (int)facts.Pooling, new OptionBounds(0, 2, Odd: false));
        Check(nameof(StageFacts.Reduction), (int)facts.Reduction, new OptionBounds(0, 2, Odd: false));
        return valid;

        void Check(string fact, int value, OptionBounds bounds)
        {
            if (!bounds.Contains(value))
            {
                valid = false;
                sink.Report(new Finding(
                    RuleIds.OptionOutOfRange, DiagnosticSite.Of(declaration), fact, stage, Constants.Text(value), bounds.ToString()));
            }
        }
    }

    /// <summary>The contract of the library that a stage implements for itself, or null.</summary>
    private static INamedTypeSymbol? Contract(ITypeSymbol stage, string name)
    {
        foreach (INamedTypeSymbol candidate in stage.AllInterfaces)
        {
            if (candidate.Name == name && candidate.TypeArguments.Length > 0 && SlotAttributes.IsInLibrary(candidate)
                && SymbolEqualityComparer.Default.Equals(candidate.TypeArguments[0], stage))
            {
                return candidate;
            }
        }

        return null;
    }
}
