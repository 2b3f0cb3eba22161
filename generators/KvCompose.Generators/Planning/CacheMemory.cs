using KvCompose.Shared.Specs;

namespace KvCompose.Generators.Planning;

/// <summary>What a prompt leaves of pages, as far as the roles of options and the model's shape tell.</summary>
/// <param name="Tokens">Tokens a head of a prompt that is longer; 0 where it goes by the prompt.</param>
/// <param name="Rate">The share of the prompt that stays, where <paramref name="Tokens"/> is 0.</param>
/// <param name="Exact">Whether every head of every layer holds just that, so that a figure is no bound.</param>
internal sealed record CacheMemory(int Tokens, double Rate, bool Exact)
{
    /// <summary>What is known, or null and the stage whose options have no role that would tell.</summary>
    public static CacheMemory? Of(PipelinePlan plan, out StageSpec? unknown)
    {
        PipelineSpec spec = plan.Spec;
        bool cut = spec.Stages.Any(static stage => stage.Slot == StageSlot.Propagation);
        unknown = null;
        if (!plan.Prefill.Selects)
        {
            return new CacheMemory(0, 1, !cut);
        }

        // A role that shares out the layers' budgets keeps their sum; one that decides these itself, and a tier that brings tokens in, do not tell.
        StageSpec? role = plan.Prefill.HeadRole is { } found && (found.Facts.Provides & StageProducts.LayerBudgets) != 0 ? found : null;
        unknown = plan.Residency.Tiers.FirstOrDefault() ?? role;
        if (unknown is not null || plan.Prefill.LayerBudget is not { } budget)
        {
            return null;
        }

        bool exact = plan.Prefill.HeadRole is null && !cut && budget.Facts.EqualLayers;
        int tokens = budget.Number(OptionRole.Budget, 0);
        if (tokens == 0 && budget.Number(OptionRole.Kibibytes, 0) is > 0 and var size)
        {
            tokens = (int)Math.Min(1024L * size / BytesOfAPageEach(plan) * plan.Pages.Layout.PageTokens, int.MaxValue / 2);
        }

        if (tokens > 0)
        {
            return new CacheMemory(tokens, 0, exact);
        }

        unknown = budget.Option(OptionRole.Rate) is null ? budget : null;
        return budget.Option(OptionRole.Rate)?.Number is { } rate ? new CacheMemory(0, rate, exact) : null;
    }

    /// <summary>One page for every head of every layer.</summary>
    public static long BytesOfAPageEach(PipelinePlan plan) => (long)plan.Spec.Model!.Layers * plan.Spec.Model.KeyValueHeads * plan.Pages.Layout.PageBytes;

    /// <summary>Bytes of the pages of all layers and heads behind a prompt.</summary>
    public long Bytes(PipelinePlan plan, int promptTokens)
    {
        int kept = Tokens > 0 ? Tokens : (int)(promptTokens * Rate);
        int held = Math.Min(promptTokens, Math.Max(kept, Math.Max(1, plan.Prefill.ProtectedTokens)));
        long tables = (long)plan.Spec.Model!.Layers * plan.Spec.Model.KeyValueHeads;

        // Where heads hold unequal numbers, each may end in a page that one token has begun.
        long pages = Exact || held == promptTokens
            ? tables * ((held + plan.Pages.Layout.PageTokens - 1) / plan.Pages.Layout.PageTokens)
            : ((tables * held) + (tables * (plan.Pages.Layout.PageTokens - 1))) / plan.Pages.Layout.PageTokens;
        return pages * plan.Pages.Layout.PageBytes;
    }

    /// <summary>The shortest prompt that leaves more than a limit, or 0 if none up to the longest does.</summary>
    public int Overrun(PipelinePlan plan, int longest, long limit)
    {
        for (int tokens = 1; tokens <= longest; tokens++)
        {
            if (Bytes(plan, tokens) > limit)
            {
                return tokens;
            }
        }

        return 0;
    }
}
