using System.Globalization;
using KvCompose.Shared.Diagnostics;
using KvCompose.Shared.Specs;

namespace KvCompose.Shared.Parsing;

/// <summary>What other stages do to stored elements that a storage cannot bear, or that they should know.</summary>
internal static class StorageRules
{
    /// <summary>Bits from which on attention hardly tells stored keys from exact ones.</summary>
    private const int FaithfulBits = 16;

    /// <summary>Tells the sink; true when nothing is in error.</summary>
    public static bool Check(IReadOnlyList<StageSpec> stages, StageSites sites, IDiagnosticSink sink)
    {
        if (stages.FirstOrDefault(static stage => stage.Slot == StageSlot.Storage) is not { } storage)
        {
            return true;
        }

        bool valid = true;
        foreach (StageSpec stage in stages)
        {
            if (Sealing(storage) is { } sealing && ChangeOfPages(stage) is { } change)
            {
                valid = false;
                sink.Report(new Finding(RuleIds.SealedPagesChange, sites.Of(storage), storage.Type.Name, sealing, stage.Type.Name, change));
            }
            else if (storage.Facts is { Lossy: true, ElementBits: < FaithfulBits } && Monitors(stage))
            {
                sink.Report(new Finding(
                    RuleIds.MonitorSeesStoredKeys, sites.Of(storage), storage.Type.Name,
                    storage.Facts.ElementBits.ToString(CultureInfo.InvariantCulture), stage.Type.Name));
            }
        }

        return valid;
    }

    /// <summary>What a storage does to a page that is full, or null.</summary>
    private static string? Sealing(StageSpec storage) => storage.Facts switch
    {
        { Quantised: true } => "quantises pages",
        { PrunesKeyChannels: true } => "prunes the keys of pages",
        _ => null,
    };

    /// <summary>What a stage does to pages that are full, or null.</summary>
    private static string? ChangeOfPages(StageSpec stage) => stage switch
    {
        { Slot: StageSlot.TokenSelection, EvictsWhileDecoding: true } => "takes tokens out of them while decoding",
        { Facts.RevisesEarlierLayers: true } => "shortens them when deeper layers are seen",
        { Tier: not null } => "moves tokens in and out of them",
        _ => null,
    };

    private static bool Monitors(StageSpec stage)
        => (stage.Facts.Observes & AttentionStatistics.DecodeProbabilities) != 0
            && (stage.Slot != StageSlot.TokenSelection || stage.EvictsWhileDecoding);
}
