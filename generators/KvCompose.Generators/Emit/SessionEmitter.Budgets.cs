using KvCompose.Generators.Planning;
using KvCompose.Shared;
using KvCompose.Shared.Specs;

namespace KvCompose.Generators.Emit;

/// <summary>Writes how many tokens a layer and its heads may keep, and the cascade that shortens layers which are done.</summary>
internal static partial class SessionEmitter
{
    private static void WriteBudgets(SourceWriter writer, PipelinePlan plan)
    {
        writer.WriteLine("// Budget: tokens per key-value head, sinks and window included.");
        LayerTotal[] totals = [LayerTotal.Entropy, LayerTotal.Variance];
        string none = string.Join(", ", totals.Select(static _ => "0"));
        string observed = string.Join(", ", totals.Select(total => plan.Observation.TotalOf(total) is { } statistic
            ? $"PromptRows.Total({statistic.Buffer}, {RowsOf(statistic)}, stride, tokens - Plan.Window)"
            : "0"));
        writer.WriteLine(!plan.Observation.Totalled.Any() || plan.Observation.Collects
            ? $"statistics[layer] = new LayerStatistics(tokens, {observed});"
            : $"statistics[layer] = observed\n    ? new LayerStatistics(tokens, {observed})\n    : new LayerStatistics(tokens, {none});");
        if (plan.Prefill.LayerBudget is { } budget)
        {
            string capacities = plan.Prefill.HasCapacities ? " Capacities = capacities," : "";
            string share = plan.Prefill.Propagates ? " PropagatedShare = propagatedShare," : "";
            writer.WriteLine($$"""
                LayerBudgetContext layerContext = new()
                {
                    Layer = layer, Layers = shape.Layers, KeyValueHeads = heads, PromptTokens = prompt.Length, Tokens = tokens,{{share}}
                    PageTokens = Plan.PageTokens, PageBytes = Plan.PageBytes,
                    ProtectedTokens = Plan.Sinks + Plan.Window, Statistics = statistics.AsSpan(0, layer + 1),{{capacities}}
                };
                {{budget.Type}} layerBudget = {{StageValue.InSession(budget)}};
                {{budget.Type}}.Allocate(in layerBudget, in layerContext, layerBudgets);
                """);
        }
        else
        {
            writer.WriteLine("layerBudgets[layer] = tokens;");
        }

        if (plan.Prefill.DividesAgain)
        {
            return;
        }

        writer.WriteLine("Array.Fill(headBudgets, layerBudgets[layer]);");
        if (plan.Prefill.HeadRole is { } role)
        {
            writer.WriteLine("Array.Clear(roles);");
            WriteDivision(writer, plan, role, "layer", "tokens", "scores");
        }
    }

    /// <summary>Divides the budget of one layer among its heads: what they get, and what those keep that keep everything.</summary>
    private static void WriteDivision(SourceWriter writer, PipelinePlan plan, StageSpec role, string layer, string tokens, string scores)
    {
        string seen = (role.Facts.Needs & StageProducts.TokenScores) != 0
            ? $"Scores = new ReadOnlySpan<float>({scores}, heads * stride), ScoreStride = stride,"
            : "";
        string table = role.Profile is { Heads: > 0, Roles: null }
            ? "\n    HeadScores = headScores, ScoredHeads = _headScores.HeadsPerLayer,"
            : "";
        string profile = (role.Facts.Needs & StageProducts.HeadProfile) != 0 ? "Profile = _profile," : "";
        string full = plan.Residency.ServesFullHeads ? "HeadRole.Pivot" : "HeadRole.Full or HeadRole.Pivot";
        string copy = plan.Residency.Stages.Count == 0 ? "" : "\nheadBudgets.CopyTo(roleBudgets, 0);";
        writer.WriteLine($$"""
            HeadBudgetContext headContext = new()
            {
                Layer = {{layer}}, Layers = shape.Layers, PromptTokens = prompt.Length, Tokens = {{tokens}}, LayerBudget = layerBudgets[{{layer}}],
                ProtectedTokens = Plan.Sinks + Plan.Window, Sinks = Plan.Sinks, PageTokens = Plan.PageTokens, {{profile}} {{seen}}{{table}}
            };
            {{role.Type}} headRole = {{StageValue.InSession(role)}};
            {{role.Type}}.Assign(in headRole, in headContext, roles, headBudgets);{{copy}}
            for (int head = 0; head < heads; head++)
            {
                headBudgets[head] = roles[head] is {{full}} ? {{tokens}} : headBudgets[head];
            }
            """);
    }

    /// <summary>The cascade where heads have budgets of their own: every layer's new budget is divided by the scores that the layer had.</summary>
    private static void WriteDivisions(SourceWriter writer, PipelinePlan plan)
    {
        writer.WriteLine("""

            // Cascade: the new budget of every layer is divided among its heads again; those that are done shrink to it, the ranked tokens at the end first.
            """);
        using (writer.WriteBlock("for (int done = 0; done <= layer; done++)"))
        {
            writer.WriteLine("""
                int reached = statistics[done].Tokens;
                Array.Clear(roles);
                Array.Fill(headBudgets, layerBudgets[done]);
                """);
            WriteDivision(writer, plan, plan.Prefill.HeadRole!, "done", "reached", "scoresOfLayers + ((nint)done * heads * stride)");
            using (writer.WriteBlock("for (int head = 0; head < heads; head++)"))
            {
                if (plan.Decode.Evicts)
                {
                    writer.WriteLine("PageTable* table = cache.Layer(done) + head;");
                    WriteEvictionMarks(writer, "headBudgets[head]");
                }

                using (writer.WriteBlock("if (done < layer)"))
                {
                    WriteShrink(writer, plan, "PrefillLoops.Kept(headBudgets[head], reached)");
                }
            }
        }
    }

    /// <summary>Shortens a head of a layer that is done. What it loses was placed by nobody yet.</summary>
    private static void WriteShrink(SourceWriter writer, PipelinePlan plan, string kept)
    {
        if (!plan.Residency.TakesCuts)
        {
            writer.WriteLine($"cache.Resize(done, head, Math.Min(cache.Tokens(done, head), {kept}));");
            return;
        }

        writer.WriteLine($"""
            // What it loses joins what was placed of the layer.
            int remaining = Math.Min(cache.Tokens(done, head), {kept});
            {string.Join("\n", plan.Residency.Tiers.Where(static tier => tier.TakesCuts).Select(static tier => $"{TierField(tier)}.OnShrink(sequence, done, head, remaining);"))}
            cache.Resize(done, head, remaining);
            """);
    }
}
