using KvCompose.Shared.Diagnostics;
using KvCompose.Shared.Specs;

namespace KvCompose.Shared.Parsing;

/// <summary>What is doubtful about stages that move whole pages. Nothing here is an error.</summary>
internal static class PageRules
{
    private const int FullBits = 32;

    /// <summary>Tells the sink what should not be.</summary>
    public static void Tell(PipelineSpec spec, StageSites sites, IDiagnosticSink sink)
    {
        foreach (StageSpec stage in spec.Stages)
        {
            TellOfPartialPages(stage, sites, sink);
            WarnOfDenseModel(spec, stage, sites, sink);
            TellOfUnseenBits(spec, stage, sites, sink);
        }
    }

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
