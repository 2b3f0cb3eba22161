using KvCompose.Cache;
using KvCompose.Generators.Planning;
using KvCompose.Shared.Diagnostics;
using KvCompose.Shared.Specs;

namespace KvCompose.Shared.Parsing;

/// <summary>Compares what a pipeline's prompts leave in the cache with the limit that it declares.</summary>
internal static class MemoryRules
{
    /// <summary>Tells the sink of a limit that is exceeded or that nothing can be compared with; true when nothing is in error.</summary>
    public static bool Check(PipelineSpec spec, StageSites sites, IDiagnosticSink sink)
    {
        if (spec.Model is not null && spec[StageSlot.LayerBudget] is { } budget && !CheckKibibytes(spec, budget, sites, sink))
        {
            return false;
        }

        if (spec.Limit is not { } limit)
        {
            return true;
        }

        if (spec.Model is null && !spec.Open)
        {
            sink.Report(new Finding(RuleIds.LimitUnknown, sites.OfLimit(), spec.Name, "it names no model"));
            return false;
        }

        PipelinePlan plan = Planner.Plan(spec);
        if (CacheMemory.Of(plan, out StageSpec? unknown) is not PromptMemory memory)
        {
            sink.Report(new Finding(
                RuleIds.LimitUnknown, sites.OfLimit(), spec.Name, $"no option of '{unknown?.Type.Name ?? "its budget"}' has a role that says how many tokens are resident"));
            return false;
        }

        // An open pipeline is compared when a session is opened over a model.
        int longest = limit.PromptTokens > 0 ? limit.PromptTokens : spec.Model?.Context ?? 0;
        if (spec.Model is null || memory.Overrun(plan.Pages.Layout, CacheMemory.Tables(spec.Model), longest, limit.Bytes) is not (> 0 and var tokens))
        {
            return true;
        }

        sink.Report(new Finding(
            RuleIds.LimitExceeded, sites.OfLimit(), spec.Name, CSharpLiteral.Of(memory.Bytes(plan.Pages.Layout, CacheMemory.Tables(spec.Model), tokens)), CSharpLiteral.Of(tokens), CSharpLiteral.Of(limit.Bytes)));
        return false;
    }

    /// <summary>A number of bytes must hold what is always kept.</summary>
    private static bool CheckKibibytes(PipelineSpec spec, StageSpec budget, StageSites sites, IDiagnosticSink sink)
    {
        if (budget.Option(OptionRole.Kibibytes) is not { Number: > 0 } option || budget.Number(OptionRole.Budget, 0) > 0 || !spec[StageSlot.TokenSelection]!.Facts.Lossy)
        {
            return true;
        }

        PipelinePlan plan = Planner.Plan(spec);
        long held = 1024L * (long)option.Number / (CacheMemory.Tables(spec.Model!) * plan.Pages.Layout.PageBytes) * spec.PageTokens;
        if (held >= Math.Max(1, plan.Prefill.ProtectedTokens))
        {
            return true;
        }

        sink.Report(new Finding(
            RuleIds.BudgetBelowProtected, sites.Of(budget, option.Name), budget.Type.Name, CSharpLiteral.Of((int)held), CSharpLiteral.Of(plan.Prefill.ProtectedTokens)));
        return false;
    }
}
