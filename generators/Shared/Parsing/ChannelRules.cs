using KvCompose.Shared.Diagnostics;
using KvCompose.Shared.Specs;

namespace KvCompose.Shared.Parsing;

/// <summary>A storage that prunes channels must prune some of those that keys have.</summary>
internal static class ChannelRules
{
    /// <summary>Tells the sink of a ratio that prunes nothing; true when there is none.</summary>
    public static bool Check(PipelineSpec spec, StageSites sites, IDiagnosticSink sink)
    {
        if (spec[StageSlot.Storage] is not { Facts.PrunesKeyChannels: true } storage || storage.PrunedChannels(spec.HeadDim) > 0)
        {
            return true;
        }

        OptionSpec ratio = storage.Option(OptionRole.PrunedChannels)!;
        sink.Report(new Finding(
            RuleIds.NoChannelPruned, sites.Of(storage, ratio.Name), storage.Type.Name, Constants.Text(ratio.Number!.Value), Constants.Text(spec.HeadDim),
            Constants.Text(StageSpec.ChannelStep))
        {
            FixData = FixData.Option(ratio.Name, (double)StageSpec.ChannelStep / spec.HeadDim),
        });
        return false;
    }
}
