using KvCompose.Shared.Specs;
using Microsoft.CodeAnalysis;

namespace KvCompose.Shared.Parsing;

/// <summary>Reads the facts of a stage.</summary>
internal static class FactsParser
{
    private static readonly StageSlot[] Slots = [.. Enum.GetValues(typeof(StageSlot)).Cast<StageSlot>()];

    /// <summary>The facts of a stage in a slot; all defaults where the stage states none for it.</summary>
    public static StageFacts Parse(ITypeSymbol stage, StageSlot slot)
    {
        StageFacts facts = StageFacts.Default;
        foreach (AttributeData attribute in stage.GetAttributes())
        {
            if (SlotOf(attribute) == slot)
            {
                foreach (KeyValuePair<string, TypedConstant> argument in attribute.NamedArguments)
                {
                    if (Constants.Of(argument.Value) is { } value)
                    {
                        facts = With(facts, argument.Key, value);
                    }
                }
            }
        }

        return facts;
    }

    /// <summary>The name of a stage's facts of other slots, or null where it has none or also those of this slot.</summary>
    public static string? OfAnotherSlot(ITypeSymbol stage, StageSlot slot)
    {
        string? other = null;
        foreach (AttributeData attribute in stage.GetAttributes())
        {
            if (SlotOf(attribute) is { } stated)
            {
                if (stated == slot)
                {
                    return null;
                }

                other = WellKnownNames.FactsOf(stated);
            }
        }

        return other;
    }

    private static StageSlot? SlotOf(AttributeData attribute)
    {
        if (attribute.AttributeClass is { } type && SlotAttributes.IsInLibrary(type))
        {
            foreach (StageSlot slot in Slots)
            {
                if (type.Name == WellKnownNames.FactsOf(slot) + nameof(Attribute))
                {
                    return slot;
                }
            }
        }

        return null;
    }

    private static StageFacts With(StageFacts facts, string name, object value) => (name, value) switch
    {
        (nameof(StageFacts.Observes), int number) => facts with { Observes = (AttentionStatistics)number },
        (nameof(StageFacts.Needs), int number) => facts with { Needs = (StageProducts)number },
        (nameof(StageFacts.Provides), int number) => facts with { Provides = (StageProducts)number },
        (nameof(StageFacts.Layout), int number) => facts with { Layout = (CacheLayout)number },
        (nameof(StageFacts.Carries), int number) => facts with { Carries = (CacheLayout)number },
        (nameof(StageFacts.PageRanking), int number) => facts with { PageRanking = (PageRanking)number },
        (nameof(StageFacts.PageTokens), int number) => facts with { PageTokens = number },
        (nameof(StageFacts.EqualLayers), bool flag) => facts with { EqualLayers = flag },
        (nameof(StageFacts.Positions), int number) => facts with { Positions = (PositionPolicy)number },
        (nameof(StageFacts.Phases), int number) => facts with { Phases = (StagePhases)number },
        (nameof(StageFacts.Pooling), int number) => facts with { Pooling = (PoolingKind)number },
        (nameof(StageFacts.PoolingKernel), int number) => facts with { PoolingKernel = number },
        (nameof(StageFacts.Reduction), int number) => facts with { Reduction = (GroupReduction)number },
        (nameof(StageFacts.ElementBits), int number) => facts with { ElementBits = number },
        (nameof(StageFacts.QueryAware), bool flag) => facts with { QueryAware = flag },
        (nameof(StageFacts.Lossy), bool flag) => facts with { Lossy = flag },
        (nameof(StageFacts.RevisesEarlierLayers), bool flag) => facts with { RevisesEarlierLayers = flag },
        (nameof(StageFacts.Repeatable), bool flag) => facts with { Repeatable = flag },
        (nameof(StageFacts.WholePrompt), bool flag) => facts with { WholePrompt = flag },
        (nameof(StageFacts.TwoPass), bool flag) => facts with { TwoPass = flag },
        (nameof(StageFacts.Quantised), bool flag) => facts with { Quantised = flag },
        (nameof(StageFacts.KernelReadable), bool flag) => facts with { KernelReadable = flag },
        (nameof(StageFacts.PrunesKeyChannels), bool flag) => facts with { PrunesKeyChannels = flag },
        (nameof(StageFacts.Profile), int number) => facts with { Profile = (ProfileKind)number },
        (nameof(StageFacts.Serves), int number) => facts with { Serves = (HeadRoles)number },
        (nameof(StageFacts.Source), string text) => facts with { Source = text },
        _ => facts,
    };
}
