using KvCompose.Shared.Diagnostics;
using KvCompose.Shared.Specs;
using Microsoft.CodeAnalysis;

namespace KvCompose.Shared.Parsing;

/// <summary>Reads one stage attribute of a pipeline.</summary>
internal static class StageParser
{
    /// <summary>The stage, or null when it cannot be used, which the sink is told.</summary>
    public static StageSpec? Parse(StageSlot slot, ITypeSymbol stage, AttributeData declaration, IDiagnosticSink sink)
    {
        if (stage.TypeKind == TypeKind.Error)
        {
            return null;
        }

        bool valid = true;
        if (!stage.IsUnmanagedType || stage.TypeKind != TypeKind.Struct)
        {
            valid = false;
            sink.Report(new Finding(RuleIds.StageNotUnmanaged, DiagnosticSite.Of(declaration), stage.Name));
        }

        if (!Implements(stage, slot))
        {
            valid = false;
            string contract = WellKnownNames.ContractOf(slot);
            sink.Report(new Finding(
                RuleIds.ContractMissing, DiagnosticSite.Of(declaration), stage.Name, $"{contract}<{stage.Name}>", SlotNames.Of(slot))
            {
                FixData = FixData.OfContract(contract),
            });
        }

        EquatableArray<OptionSpec>? options = OptionsParser.Parse(stage, declaration, sink);
        return valid && options is { } values
            ? new StageSpec(slot, TypeRef.From(stage), FactsParser.Parse(stage), values)
            : null;
    }

    private static bool Implements(ITypeSymbol stage, StageSlot slot)
    {
        string contract = WellKnownNames.ContractOf(slot);
        foreach (INamedTypeSymbol candidate in stage.AllInterfaces)
        {
            if (candidate.Name == contract && candidate.TypeArguments.Length == 1 && SlotAttributes.IsInLibrary(candidate)
                && SymbolEqualityComparer.Default.Equals(candidate.TypeArguments[0], stage))
            {
                return true;
            }
        }

        return false;
    }
}
