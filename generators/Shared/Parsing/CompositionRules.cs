using System.Globalization;
using KvCompose.Shared.Diagnostics;
using KvCompose.Shared.Specs;

namespace KvCompose.Shared.Parsing;

/// <summary>Decides from the stages' facts whether they can stand together. Knows no stage by name.</summary>
internal static class CompositionRules
{
    private static readonly StageProducts[] Products =
        [.. Enum.GetValues(typeof(StageProducts)).Cast<StageProducts>().Where(static product => product != StageProducts.None)];

    /// <summary>Tells the sink what cannot be; true when nothing is in error.</summary>
    public static bool Check(
        string pipeline, DiagnosticSite pipelineSite, IReadOnlyList<StageSpec> stages, Func<StageSlot, DiagnosticSite> siteOf, IDiagnosticSink sink)
    {
        bool valid = true;
        if (stages.All(static stage => stage.Slot != StageSlot.TokenSelection))
        {
            valid = false;
            ReportMissing(pipeline, pipelineSite, StageSlot.TokenSelection, sink);
        }

        StageProducts provided = stages.Aggregate(StageProducts.None, static (all, stage) => all | stage.Facts.Provides);
        foreach (StageSpec stage in stages)
        {
            foreach (StageProducts product in Products)
            {
                if ((stage.Facts.Needs & ~provided & product) == 0)
                {
                    continue;
                }

                valid = false;
                if (product == StageProducts.LayerBudgets && stages.All(static other => other.Slot != StageSlot.LayerBudget))
                {
                    ReportMissing(pipeline, pipelineSite, StageSlot.LayerBudget, sink);
                }
                else
                {
                    sink.Report(new Finding(
                        RuleIds.NeedNotProvided, siteOf(stage.Slot), stage.Type.Name, SlotNames.Of(product), pipeline));
                }
            }

            if (stage.Facts.Positions == PositionPolicy.Renumbered)
            {
                valid = false;
                sink.Report(new Finding(RuleIds.RenumberedPositions, siteOf(stage.Slot), stage.Type.Name));
            }
        }

        WarnOfNoEffect(stages, siteOf, sink);
        return valid & CheckBudget(stages, siteOf, sink);
    }

    private static void ReportMissing(string pipeline, DiagnosticSite site, StageSlot slot, IDiagnosticSink sink)
        => sink.Report(new Finding(RuleIds.StageMissing, site, pipeline, SlotNames.Of(slot)) { FixData = FixData.OfSlot(slot) });

    /// <summary>A head must be allowed to keep at least what it keeps whatever the budget is.</summary>
    private static bool CheckBudget(IReadOnlyList<StageSpec> stages, Func<StageSlot, DiagnosticSite> siteOf, IDiagnosticSink sink)
    {
        int kept = stages.Sum(static stage => stage.Number(OptionRole.Sinks, 0) + stage.Number(OptionRole.Window, 0));
        foreach (StageSpec stage in stages)
        {
            int budget = stage.Number(OptionRole.Budget, 0);
            if (budget > 0 && budget < kept)
            {
                sink.Report(new Finding(
                    RuleIds.BudgetBelowProtected, siteOf(stage.Slot), stage.Type.Name,
                    budget.ToString(CultureInfo.InvariantCulture), kept.ToString(CultureInfo.InvariantCulture)));
                return false;
            }
        }

        return true;
    }

    /// <summary>A selection that keeps every token asks nobody how many.</summary>
    private static void WarnOfNoEffect(IReadOnlyList<StageSpec> stages, Func<StageSlot, DiagnosticSite> siteOf, IDiagnosticSink sink)
    {
        StageSpec? selection = stages.FirstOrDefault(static stage => stage.Slot == StageSlot.TokenSelection);
        if (selection is null or { Facts.Lossy: true })
        {
            return;
        }

        foreach (StageSpec stage in stages)
        {
            if (stage.Slot is StageSlot.LayerBudget or StageSlot.HeadRole or StageSlot.Residency)
            {
                sink.Report(new Finding(RuleIds.StageWithoutEffect, siteOf(stage.Slot), stage.Type.Name, selection.Type.Name));
            }
        }
    }
}
