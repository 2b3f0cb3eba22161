using KvCompose.Shared.Diagnostics;
using KvCompose.Shared.Specs;

namespace KvCompose.Shared.Parsing;

/// <summary>What cannot work, and what is doubtful, about stages that move whole pages.</summary>
internal static class PageRules
{
    private const int FullBits = 32;

    /// <summary>Whether the pages can be what the stages say; the sink is told what cannot, or should not, be.</summary>
    public static bool Check(PipelineSpec spec, StageSites sites, IDiagnosticSink sink)
    {
        bool valid = true;
        foreach (StageSpec stage in spec.Stages)
        {
            TellOfPartialPages(stage, sites, sink);
            WarnOfDenseModel(spec, stage, sites, sink);
            TellOfUnseenBits(spec, stage, sites, sink);
            valid &= CheckReuse(spec, stage, sites, sink);
        }

        return valid;
    }

    /// <summary>Layers that share pages have the same tokens in them, and only such layers know beforehand what they will need.</summary>
    private static bool CheckReuse(PipelineSpec spec, StageSpec stage, StageSites sites, IDiagnosticSink sink)
    {
        bool shares = stage.Number(OptionRole.ReuseGroup, 1) > 1;
        if (shares && spec.Stages.FirstOrDefault(other => other != stage && TellsLayersApart(other)) is { } cause)
        {
            OptionSpec group = stage.Option(OptionRole.ReuseGroup)!;
            sink.Report(new Finding(RuleIds.LayersHoldOtherTokens, sites.Of(stage, group.Name), stage.Type.Name, group.Literal, cause.Type.Name));
            return false;
        }

        if (!shares && stage.Number(OptionRole.Prefetch, 0) != 0)
        {
            sink.Report(new Finding(RuleIds.NothingToPrefetch, sites.Of(stage, stage.Option(OptionRole.Prefetch)!.Name), stage.Type.Name));
            return false;
        }

        return true;
    }

    /// <summary>Whether the tokens that are left out may differ from one layer to the next because of a stage.</summary>
    private static bool TellsLayersApart(StageSpec stage) => stage.Slot switch
    {
        StageSlot.TokenSelection => stage.Facts.Observes != AttentionStatistics.None || stage.Facts.QueryAware,
        StageSlot.LayerBudget => !stage.Facts.EqualLayers,
        StageSlot.HeadRole or StageSlot.Propagation => true,
        _ => false,
    };

    /// <summary>A number of tokens that is retrieved page by page is rounded down to whole pages.</summary>
    private static void TellOfPartialPages(StageSpec stage, StageSites sites, IDiagnosticSink sink)
    {
        if (stage.Facts.PageTokens is > 0 and int page
            && stage.Option(OptionRole.Retrieved) is { Number: { } tokens } option && (int)tokens % page != 0)
        {
            sink.Report(new Finding(
                RuleIds.NoWholePages, sites.Of(stage, option.Name), stage.Type.Name, option.Literal, CSharpLiteral.Of(page),
                CSharpLiteral.Of((int)tokens % page)));
        }
    }

    /// <summary>How many layers the model has is known where a profile says so.</summary>
    private static void WarnOfDenseModel(PipelineSpec spec, StageSpec stage, StageSites sites, IDiagnosticSink sink)
    {
        if (stage.Option(OptionRole.DenseLayers) is { Number: { } dense } option
            && spec.Stages.FirstOrDefault(static other => other.Profile is not null) is { Profile: { } known } && dense >= known.Layers)
        {
            sink.Report(new Finding(
                RuleIds.NothingIsRetrieved, sites.Of(stage, option.Name), stage.Type.Name, option.Literal, known.File, CSharpLiteral.Of(known.Layers)));
        }
    }

    /// <summary>Bits that are rounded away when a page comes back are paid for, and ranked by, but never attended to.</summary>
    private static void TellOfUnseenBits(PipelineSpec spec, StageSpec stage, StageSites sites, IDiagnosticSink sink)
    {
        int seen = spec[StageSlot.Storage] is { Facts.ElementBits: > 0 and int bits } ? bits : FullBits;
        if (stage.Option(OptionRole.HostPages) is { Number: { } format } option && FullBits >> (int)format is int kept && kept > seen)
        {
            sink.Report(new Finding(
                RuleIds.UnseenBits, sites.Of(stage, option.Name), stage.Type.Name, CSharpLiteral.Of(kept), CSharpLiteral.Of(seen)));
        }
    }
}
