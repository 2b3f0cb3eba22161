using KvCompose.Cache;
using KvCompose.Shared.Specs;

namespace KvCompose.Generators.Planning;

/// <summary>What the roles of options tell of the pages that a prompt leaves.</summary>
internal static class CacheMemory
{
    /// <summary>What is known, or null and the stage whose options have no role that would tell.</summary>
    public static PromptMemory? Of(PipelinePlan plan, out StageSpec? unknown)
    {
        PipelineSpec spec = plan.Spec;
        bool cut = spec.Stages.Any(static stage => stage.Slot == StageSlot.Propagation);
        int kept = plan.Prefill.ProtectedTokens;
        unknown = null;
        if (!plan.Prefill.Selects)
        {
            return new PromptMemory(0, 0, 1, kept, !cut);
        }

        // A role that shares out the layers' budgets keeps their sum; one that decides these itself, and a tier that brings tokens in, do not tell.
        StageSpec? role = plan.Prefill.HeadRole is { } found && (found.Facts.Provides & StageProducts.LayerBudgets) != 0 ? found : null;
        unknown = plan.Residency.Tiers.FirstOrDefault() ?? role;
        if (unknown is not null || plan.Prefill.LayerBudget is not { } budget)
        {
            return null;
        }

        bool exact = plan.Prefill.HeadRole is null && !cut && budget.Facts.EqualLayers;
        int tokens = budget.Number(OptionRole.Budget, 0), kibibytes = tokens > 0 ? 0 : budget.Number(OptionRole.Kibibytes, 0);
        if (tokens > 0 || kibibytes > 0)
        {
            return new PromptMemory(tokens, kibibytes, 0, kept, exact);
        }

        unknown = budget.Option(OptionRole.Rate) is null ? budget : null;
        return budget.Option(OptionRole.Rate)?.Number is { } rate ? new PromptMemory(0, 0, rate, kept, exact) : null;
    }

    /// <summary>Key-value heads of all layers of the model.</summary>
    public static long Tables(ModelSpec model) => (long)model.Layers * model.KeyValueHeads;
}
