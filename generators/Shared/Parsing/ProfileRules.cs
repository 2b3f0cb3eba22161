using KvCompose.Shared.Diagnostics;
using KvCompose.Shared.Specs;

namespace KvCompose.Shared.Parsing;

/// <summary>Rules of stages that a profile of the heads tells what to do. Knows no stage by name.</summary>
internal static class ProfileRules
{
    /// <summary>Tells the sink what cannot be, and what is likely not meant; true when nothing is in error.</summary>
    public static bool Check(
        string pipeline, IReadOnlyList<StageSpec> stages, StageSites sites, IDiagnosticSink sink)
    {
        StageSpec? role = Find(stages, StageSlot.HeadRole), residency = stages.FirstOrDefault(WatchesHeads);
        WarnOfDefects(stages, sites, sink);
        WarnOfThreshold(residency, sites, sink);
        bool roles = role is not null && ReadsProfile(role);
        if (roles)
        {
            Warn(stages, role!, sites, sink);
        }

        return CheckOwners(stages, role, sites, sink) & CheckSatellites(pipeline, roles, residency, sites, sink);
    }

    private static StageSpec? Find(IReadOnlyList<StageSpec> stages, StageSlot slot) => stages.FirstOrDefault(stage => stage.Slot == slot);

    /// <summary>At most one: it serves the pivots.</summary>
    private static bool WatchesHeads(StageSpec stage) => stage.Slot == StageSlot.Residency && ReadsProfile(stage);

    private static bool ReadsProfile(StageSpec stage) => (stage.Facts.Needs & StageProducts.HeadProfile) != 0;

    /// <summary>What watches some heads for the sake of others needs a stage that says which these are.</summary>
    private static bool CheckSatellites(
        string pipeline, bool roles, StageSpec? residency, StageSites sites, IDiagnosticSink sink)
    {
        if (roles || residency is null)
        {
            return true;
        }

        sink.Report(new Finding(RuleIds.NobodyToFetchFor, sites.Of(residency), residency.Type.Name, pipeline));
        return false;
    }

    /// <summary>A head has one budget: that of the layers, or that of a stage which divides the whole model's among its heads.</summary>
    private static bool CheckOwners(IReadOnlyList<StageSpec> stages, StageSpec? role, StageSites sites, IDiagnosticSink sink)
    {
        if (role is null || (role.Facts.Provides & StageProducts.LayerBudgets) == 0 || Find(stages, StageSlot.LayerBudget) is not { } budget)
        {
            return true;
        }

        sink.Report(new Finding(RuleIds.TwoOwnersOfBudgets, sites.Of(budget), budget.Type.Name, role.Type.Name));
        return false;
    }

    private static void Warn(IReadOnlyList<StageSpec> stages, StageSpec role, StageSites sites, IDiagnosticSink sink)
    {
        if (stages.All(static stage => (stage.Facts.Provides & StageProducts.BackingStore) == 0))
        {
            sink.Report(new Finding(RuleIds.SatellitesWithoutStore, sites.Of(role), role.Type.Name));
        }

        if (Find(stages, StageSlot.Propagation) is { } propagation)
        {
            sink.Report(new Finding(RuleIds.ProfileOfAllTokens, sites.Of(propagation), propagation.Type.Name, role.Type.Name));
        }
    }

    /// <summary>An overlap is never below 0.</summary>
    private static void WarnOfThreshold(StageSpec? residency, StageSites sites, IDiagnosticSink sink)
    {
        if (residency?.Options.FirstOrDefault(static option => option.Role == OptionRole.DriftThreshold) is { Number: <= 0 } option)
        {
            sink.Report(new Finding(RuleIds.DriftNeverSeen, sites.Of(residency), option.Name, residency.Type.Name));
        }
    }

    private static void WarnOfDefects(IReadOnlyList<StageSpec> stages, StageSites sites, IDiagnosticSink sink)
    {
        foreach (StageSpec stage in stages)
        {
            if (stage.Number(OptionRole.Defects, 0) != 0)
            {
                sink.Report(new Finding(RuleIds.ReproducesDefects, sites.Of(stage), stage.Type.Name));
            }
        }
    }
}
