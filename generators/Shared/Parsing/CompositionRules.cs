using System.Globalization;
using KvCompose.Shared.Diagnostics;
using KvCompose.Shared.Specs;

namespace KvCompose.Shared.Parsing;

/// <summary>Decides from the stages' facts whether they can stand together. Knows no stage by name.</summary>
internal static class CompositionRules
{
    private static readonly StageProducts[] Products =
        [.. Enum.GetValues(typeof(StageProducts)).Cast<StageProducts>().Where(static product => product != StageProducts.None)];

    private const AttentionStatistics OfLastRows
        = AttentionStatistics.WindowSum | AttentionStatistics.WindowVariance | AttentionStatistics.LayerEntropy;

    /// <summary>Tells the sink what cannot be; true when nothing is in error.</summary>
    public static bool Check(
        string pipeline, DiagnosticSite pipelineSite, IReadOnlyList<StageSpec> stages, StageSites sites, IDiagnosticSink sink)
    {
        bool valid = true;
        if (SelectionOf(stages) is null)
        {
            valid = false;
            ReportMissing(pipeline, pipelineSite, StageSlot.TokenSelection, sink);
        }

        // A profile of the heads is no stage's: it comes with the session, or at compile time.
        StageProducts provided = stages.Aggregate(StageProducts.HeadProfile, static (all, stage) => all | stage.Facts.Provides);
        bool lacksLayerBudget = false;
        foreach (StageSpec stage in stages)
        {
            StageProducts unmet = (stage.Facts.Needs & ~provided) | NeededByItsSlot(stage, stages);
            foreach (StageProducts product in Products)
            {
                if ((unmet & product) == 0)
                {
                    continue;
                }

                valid = false;
                if (product == StageProducts.LayerBudgets && stages.All(static other => other.Slot != StageSlot.LayerBudget))
                {
                    lacksLayerBudget = true;
                }
                else
                {
                    sink.Report(new Finding(
                        RuleIds.NeedNotProvided, sites.Of(stage), stage.Type.Name, SlotNames.Of(product), pipeline));
                }
            }

            if (stage.Facts.TwoPass && stage.Option(OptionRole.Layer) is null)
            {
                valid = false;
                sink.Report(new Finding(RuleIds.NeedNotProvided, sites.Of(stage), stage.Type.Name, "an option of role Layer", pipeline));
            }

            if (stage.Facts.PrunesKeyChannels && stage.Option(OptionRole.PrunedChannels) is null)
            {
                valid = false;
                sink.Report(new Finding(RuleIds.NeedNotProvided, sites.Of(stage), stage.Type.Name, "an option of role PrunedChannels", pipeline));
            }

            if (stage.Facts is { Positions: PositionPolicy.Renumbered, TwoPass: false })
            {
                valid = false;
                sink.Report(new Finding(RuleIds.RenumberedPositions, sites.Of(stage), stage.Type.Name));
            }
        }

        if (lacksLayerBudget)
        {
            ReportMissing(pipeline, pipelineSite, StageSlot.LayerBudget, sink);
        }

        WarnOfNoEffect(stages, sites, sink);
        return valid & CheckObservation(pipeline, stages, sites, sink) & CheckBudget(stages, sites, sink) & CheckCascade(stages, sites, sink)
            & CheckDecodeEviction(stages, sites, sink) & ProfileRules.Check(pipeline, stages, sites, sink)
            & StorageRules.Check(stages, sites, sink);
    }

    /// <summary>What goes on to deeper layers is chosen by score, and a selection that keeps everything scores nothing.</summary>
    private static StageProducts NeededByItsSlot(StageSpec stage, IReadOnlyList<StageSpec> stages)
        => stage is { Slot: StageSlot.Propagation, Facts.TwoPass: false } && SelectionOf(stages) is { Facts.Lossy: false }
            ? StageProducts.TokenScores
            : StageProducts.None;

    /// <summary>Whoever asks about the last rows needs a selection that says how many these are; a variance needs two of them.</summary>
    private static bool CheckObservation(
        string pipeline, IReadOnlyList<StageSpec> stages, StageSites sites, IDiagnosticSink sink)
    {
        StageSpec? selection = SelectionOf(stages);
        if (selection is null or { Facts.Lossy: false })
        {
            return true;
        }

        bool valid = true;
        int rows = selection.Number(OptionRole.ObservedRows, selection.Number(OptionRole.Window, 0));
        foreach (StageSpec stage in stages)
        {
            bool variance = (stage.Facts.Observes & AttentionStatistics.WindowVariance) != 0;
            if (rows < ((stage.Facts.Observes & OfLastRows) == 0 ? 0 : variance ? 2 : 1))
            {
                valid = false;
                sink.Report(new Finding(
                    RuleIds.NeedNotProvided, sites.Of(stage), stage.Type.Name,
                    rows == 0 ? "a window of observed rows" : "a window of at least two observed rows", pipeline));
            }
        }

        return valid;
    }

    private static StageSpec? SelectionOf(IReadOnlyList<StageSpec> stages)
        => stages.FirstOrDefault(static stage => stage.Slot == StageSlot.TokenSelection);

    private static void ReportMissing(string pipeline, DiagnosticSite site, StageSlot slot, IDiagnosticSink sink)
        => sink.Report(new Finding(RuleIds.StageMissing, site, pipeline, SlotNames.Of(slot), $"[{SlotNames.SimplestStage(slot)}]") { FixData = FixData.OfSlot(slot) });

    /// <summary>A store that promises every token must see each one that leaves, and a table that is cut short must be ranked.</summary>
    private static bool CheckCascade(IReadOnlyList<StageSpec> stages, StageSites sites, IDiagnosticSink sink)
    {
        if (stages.FirstOrDefault(static stage => stage.Facts.RevisesEarlierLayers) is not { } cascade)
        {
            return true;
        }

        bool valid = true;
        foreach (StageSpec stage in stages)
        {
            if (stage.TakesCuts)
            {
                continue;
            }

            if ((stage.Facts.Provides & StageProducts.BackingStore) != 0)
            {
                Report(RuleIds.CascadeBypassesStore, stage);
            }
            else if (stage.Facts.Layout >= CacheLayout.Paged)
            {
                Report(RuleIds.CascadeShortensPages, stage);
            }
        }

        return valid;

        void Report(string rule, StageSpec other)
        {
            valid = false;
            sink.Report(new Finding(rule, sites.Of(cascade), cascade.Type.Name, other.Type.Name));
        }
    }

    /// <summary>What leaves while decoding would never reach the store.</summary>
    private static bool CheckDecodeEviction(IReadOnlyList<StageSpec> stages, StageSites sites, IDiagnosticSink sink)
    {
        if (SelectionOf(stages) is not { EvictsWhileDecoding: true } selection
            || stages.FirstOrDefault(static stage => stage.Tier is not null || (stage.Facts.Provides & StageProducts.BackingStore) != 0) is not { } store)
        {
            return true;
        }

        sink.Report(new Finding(RuleIds.DecodeEvictionBypassesStore, sites.Of(selection), selection.Type.Name, store.Type.Name));
        return false;
    }

    /// <summary>With so few tokens to choose from, pooling while decoding sums the same tokens for several of them: half the kernel, rounded up.</summary>
    private static int PooledReach(StageSpec selection)
    {
        int kernel = selection.Number(OptionRole.PoolingKernel, selection.Facts.PoolingKernel);
        return selection.EvictsWhileDecoding && kernel > 1
            && (PoolingKind)selection.Number(OptionRole.Pooling, (int)selection.Facts.Pooling) != PoolingKind.None
            && (PoolingOrder)selection.Number(OptionRole.PoolingOrder, 0) != PoolingOrder.None
            ? (kernel + 1) / 2
            : 0;
    }

    /// <summary>A head must be allowed to keep at least what the selection keeps whatever the budget is.</summary>
    private static bool CheckBudget(IReadOnlyList<StageSpec> stages, StageSites sites, IDiagnosticSink sink)
    {
        if (SelectionOf(stages) is not { Facts.Lossy: true } selection)
        {
            return true;
        }

        int kept = selection.Number(OptionRole.Sinks, 0) + selection.Number(OptionRole.Window, 0), reach = PooledReach(selection);
        foreach (StageSpec stage in stages)
        {
            int budget = stage.Number(OptionRole.Budget, 0);
            if (budget > 0 && budget < kept)
            {
                sink.Report(new Finding(
                    RuleIds.BudgetBelowProtected, sites.Of(stage), stage.Type.Name,
                    budget.ToString(CultureInfo.InvariantCulture), kept.ToString(CultureInfo.InvariantCulture)));
                return false;
            }

            if (budget > 0 && budget == kept && stage.Slot == StageSlot.LayerBudget)
            {
                sink.Report(new Finding(
                    RuleIds.NothingToChoose, sites.Of(stage), stage.Type.Name,
                    budget.ToString(CultureInfo.InvariantCulture), selection.Type.Name));
            }
            else if (budget > kept && budget - kept <= reach && stage.Slot == StageSlot.LayerBudget)
            {
                sink.Report(new Finding(
                    RuleIds.EvictionIsATie, sites.Of(stage), stage.Type.Name,
                    (budget - kept).ToString(CultureInfo.InvariantCulture), selection.Type.Name));
            }
        }

        return true;
    }

    /// <summary>A selection that keeps every token asks nobody how many.</summary>
    private static void WarnOfNoEffect(IReadOnlyList<StageSpec> stages, StageSites sites, IDiagnosticSink sink)
    {
        StageSpec? selection = SelectionOf(stages);
        if (selection is null or { Facts.Lossy: true })
        {
            return;
        }

        foreach (StageSpec stage in stages)
        {
            if (stage.Slot is StageSlot.LayerBudget or StageSlot.HeadRole or StageSlot.Residency)
            {
                sink.Report(new Finding(RuleIds.StageWithoutEffect, sites.Of(stage), stage.Type.Name, selection.Type.Name));
            }
        }
    }
}
