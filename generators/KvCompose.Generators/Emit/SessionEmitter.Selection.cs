using KvCompose.Generators.Planning;
using KvCompose.Shared;
using KvCompose.Shared.Specs;

namespace KvCompose.Generators.Emit;

/// <summary>Writes what a layer of the prompt does about its tokens: observe, score, budget, choose, place, propagate.</summary>
internal static partial class SessionEmitter
{
    private static void WriteSelectionState(SourceWriter writer, PipelinePlan plan)
    {
        writer.WriteLine();
        writer.WriteLine("// What a layer observes: rows of stride floats, one a head; every layer uses them again.");
        writer.WriteLine("int stride = buffers.TokenStride;");
        if (plan.ObservesWindow)
        {
            writer.WriteLine("""
                float* windowQueries = buffers.Block((long)shape.QueryHeads * Plan.ObservedRows * Plan.HeadDim);
                float* windowSums = buffers.Statistic(shape.QueryHeads);
                """);
        }

        if (plan.ObservesAllRows)
        {
            writer.WriteLine("""
                float* allQueries = buffers.Block((long)prompt.Length * shape.QueryHeads * Plan.HeadDim);
                float* allRowsSums = buffers.Statistic(shape.QueryHeads);
                """);
        }

        if (plan.ObservesVariance)
        {
            writer.WriteLine("float* windowVariances = buffers.Statistic(shape.QueryHeads);");
        }

        if (plan.ObservesEntropy)
        {
            writer.WriteLine("float* entropies = buffers.Statistic(heads);");
        }

        if (plan.ObservesKeyNorm)
        {
            writer.WriteLine("float* keyNorms = buffers.Statistic(heads);");
        }

        writer.WriteLine(plan.DividesAgain
            ? "float* scoresOfLayers = buffers.Block((long)shape.Layers * heads * stride);"
            : "float* scores = buffers.Statistic(heads);");
        writer.WriteLine($"""
            float* padded = buffers.Block((long)Workers.Count * (stride + {PaddedFloats(plan)}));
            int* kept = (int*)buffers.Statistic(heads);

            // What is decided: of all layers so far, and of the heads of the current one.
            var statistics = new LayerStatistics[shape.Layers];
            var layerBudgets = new int[shape.Layers];
            var headBudgets = new int[heads];
            var roles = new HeadRole[heads];
            """);
        if (plan.HasCapacities)
        {
            writer.WriteLine("var capacities = new int[shape.Layers];");
        }

        if (plan.HeadRole is not null && plan.Residencies.Any())
        {
            writer.WriteLine("var roleBudgets = new int[heads];");
        }

        if (plan.Propagates)
        {
            writer.WriteLine("float* layerScores = buffers.Statistic(1);");
        }
    }

    /// <summary>Room for the pooling's borders on both sides, in whole vectors.</summary>
    public static int PaddedFloats(PipelinePlan plan) => 2 * ((plan.PoolingKernel + 15) / 16 * 16) + 16;

    private static void WriteSelection(SourceWriter writer, PipelinePlan plan)
    {
        if (plan.DividesAgain)
        {
            writer.WriteLine("""
                // Scores of all layers stay: whenever a layer's budget falls, its heads divide it anew.
                float* scores = scoresOfLayers + ((nint)layer * heads * stride);

                """);
        }

        if (plan.ObservesAttention || plan.ObservesKeyNorm)
        {
            writer.WriteLine($"// Observe: {Observed(plan)}.");
            if (plan.Collects)
            {
                WriteObservation(writer, plan);
            }
            else
            {
                using (writer.WriteBlock($"if ({(plan.ObservesAttention ? "observed" : "tokens > Plan.Sinks + Plan.Window")})"))
                {
                    WriteObservation(writer, plan);
                }
            }

            writer.WriteLine();
        }
        else
        {
            using (writer.WriteBlock("if (tokens > Plan.Sinks + Plan.Window)"))
            {
                writer.WriteLine("// Score: the stage's formula over positions.");
                WriteScoreCall(writer, plan);
            }

            writer.WriteLine();
        }

        WriteBudgets(writer, plan);
        if (plan.DividesAgain)
        {
            WriteDivisions(writer, plan);
        }
        else if (plan.Cascades)
        {
            writer.WriteLine();
            writer.WriteLine("// Cascade: layers that are done shrink to what they may keep now; the ranked tokens at the end go first.");
            using (writer.WriteBlock("for (int done = 0; done < layer; done++)"))
            {
                using (writer.WriteBlock("for (int head = 0; head < heads; head++)"))
                {
                    WriteShrink(writer, plan, "Loops.Kept(layerBudgets[done], statistics[done].Tokens)");
                }
            }
        }

        if ((plan.Evicts && !plan.Cascades) || (plan.KeepsWeights && !plan.Evicts))
        {
            WriteDecodeMarks(writer, plan);
        }

        writer.WriteLine("""

            // Choose and store: sinks, window and the best of the others.
            for (int head = 0; head < heads; head++)
            {
                headBudgets[head] = Loops.Kept(headBudgets[head], tokens);
                cache.Resize(layer, head, headBudgets[head]);
            }

            var store = new Loops.StoreWork
            {
                Pool = Pool, Tables = cache.Layer(layer), Heads = heads, Tokens = tokens, Stride = stride, Scores = scores, Kept = kept,
                Keys = buffers.Keys, Values = buffers.Values, Positions = buffers.Positions,
            };
            Workers.Run(ref store, heads);
            """);
        if (plan.Residencies.Any())
        {
            WritePlacement(writer, plan);
        }
    }

    /// <summary>What decoding has to know of the layer's heads: how much they may hold, and whose attention is watched.</summary>
    private static void WriteDecodeMarks(SourceWriter writer, PipelinePlan plan)
    {
        writer.WriteLine();
        writer.WriteLine("// What decoding has to know of the heads.");
        using (writer.WriteBlock("for (int head = 0; head < heads; head++)"))
        {
            writer.WriteLine("PageTable* table = cache.Layer(layer) + head;");
            if (plan.Evicts)
            {
                string budget = plan.HasCapacities ? "capacities[layer] > 0 ? capacities[layer] : headBudgets[head]" : "headBudgets[head]";
                WriteEvictionMarks(writer, budget, "tokens");
            }
            else
            {
                writer.WriteLine("table->Watched = roles[head] == HeadRole.Pivot;");
            }
        }
    }

    private static void WriteEvictionMarks(SourceWriter writer, string budget, string tokens)
    {
        writer.WriteLine($"table->Budget = roles[head] is HeadRole.Full or HeadRole.Pivot ? 0 : Loops.Capacity({budget}, {tokens});");
        writer.WriteLine("table->Watched = table->Budget > 0;");
    }

    private static void WriteObserveCall(SourceWriter writer, PipelinePlan plan)
    {
        using (writer.WriteBlock("var observe = new Loops.ObserveWork", ";"))
        {
            writer.WriteLine("Tiles = buffers.Tiles, Tokens = tokens, Stride = stride,");
            if (plan.ObservesWindow)
            {
                writer.WriteLine("Queries = windowQueries, LogSumExp = buffers.LogSumExp, Rows = rows, Sums = windowSums,");
                if (plan.Propagates)
                {
                    writer.WriteLine("KnownRows = onward < tokens ? rows : tokens,");
                }
            }

            if (plan.ObservesVariance)
            {
                writer.WriteLine("Variances = windowVariances,");
            }

            if (plan.ObservesEntropy)
            {
                writer.WriteLine("Entropies = entropies,");
            }

            if (plan.ObservesKeyNorm)
            {
                writer.WriteLine("Norms = keyNorms,");
            }
        }

        writer.WriteLine("Workers.Run(ref observe, observe.Items(heads));");
    }

    private static void WriteAllRowsCall(SourceWriter writer) => writer.WriteLine("""
        var all = new Loops.AllRowsWork
        {
            Tiles = buffers.Tiles, Queries = allQueries, LogSumExp = buffers.LogSumExp, Heads = heads, Tokens = tokens, Stride = stride,
            Sums = allRowsSums,
        };
        Workers.Run(ref all, all.Items());
        """);

    private static void WriteScoreCall(SourceWriter writer, PipelinePlan plan)
    {
        using (writer.WriteBlock("var score = new Loops.ScoreWork", ";"))
        {
            writer.WriteLine($"""
                Positions = buffers.Positions, PromptTokens = prompt.Length, Tokens = tokens, Stride = stride, Scores = scores,
                Padded = padded, PaddedStride = stride + {PaddedFloats(plan)},
                """);
            writer.WriteLine($"Options = {StageValue.InSession(plan.Selection)},");
            if (plan.ObservesWindow)
            {
                writer.WriteLine("Sums = windowSums,");
            }

            if (plan.ObservesVariance)
            {
                writer.WriteLine("Variances = windowVariances,");
            }

            if (plan.ObservesAllRows)
            {
                writer.WriteLine("AllRows = allRowsSums,");
            }

            if (plan.ObservesKeyNorm)
            {
                writer.WriteLine("Norms = keyNorms,");
            }
        }

        writer.WriteLine("Workers.Run(ref score, heads);");
    }

    private static void WriteObservation(SourceWriter writer, PipelinePlan plan)
    {
        if (plan.ObservesAllRows)
        {
            WriteAllRowsCall(writer);
        }

        if (plan.ObservesWindow || plan.ObservesKeyNorm)
        {
            WriteObserveCall(writer, plan);
        }

        writer.WriteLine("""

            // Score: the stage's formula, pooled along the tokens and reduced over the group.
            """);
        WriteScoreCall(writer, plan);
    }

    private static void WriteBudgets(SourceWriter writer, PipelinePlan plan)
    {
        writer.WriteLine("// Budget: tokens per key-value head, sinks and window included.");
        string entropy = plan.ObservesEntropy ? "Loops.Total(entropies, heads, stride, tokens)" : "0";
        string variance = plan.ObservesVariance ? "Loops.Total(windowVariances, shape.QueryHeads, stride, tokens)" : "0";
        if (plan.ObservesEntropy || plan.ObservesVariance)
        {
            writer.WriteLine(plan.Collects
                ? $"statistics[layer] = new LayerStatistics(tokens, {entropy}, {variance});"
                : $"statistics[layer] = observed\n    ? new LayerStatistics(tokens, {entropy}, {variance})\n    : new LayerStatistics(tokens, 0, 0);");
        }
        else
        {
            writer.WriteLine("statistics[layer] = new LayerStatistics(tokens, 0, 0);");
        }

        if (plan.LayerBudget is { } budget)
        {
            string capacities = plan.HasCapacities ? " Capacities = capacities," : "";
            string share = plan.Propagates ? " PropagatedShare = propagatedShare," : "";
            writer.WriteLine($$"""
                var layerContext = new LayerBudgetContext
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

        if (plan.DividesAgain)
        {
            return;
        }

        writer.WriteLine("Array.Fill(headBudgets, layerBudgets[layer]);");
        if (plan.HeadRole is { } role)
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
        string table = role.Profile is { Heads: > 0, Roles: null } heads
            ? $"\n    HeadScores = Loops.HeadScores, ScoredHeads = {CSharpLiteral.Of(heads.Heads)},"
            : "";
        string profile = (role.Facts.Needs & StageProducts.HeadProfile) != 0 ? "Profile = _profile," : "";
        string full = plan.ServesFullHeads ? "HeadRole.Pivot" : "HeadRole.Full or HeadRole.Pivot";
        string copy = !plan.Residencies.Any() ? "" : "\nheadBudgets.CopyTo(roleBudgets, 0);";
        writer.WriteLine($$"""
            var headContext = new HeadBudgetContext
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

            // Cascade: the new budget of every layer is divided among its heads anew; those that are done shrink to it, the ranked tokens at the end first.
            """);
        using (writer.WriteBlock("for (int done = 0; done <= layer; done++)"))
        {
            writer.WriteLine("""
                int reached = statistics[done].Tokens;
                Array.Clear(roles);
                Array.Fill(headBudgets, layerBudgets[done]);
                """);
            WriteDivision(writer, plan, plan.HeadRole!, "done", "reached", "scoresOfLayers + ((nint)done * heads * stride)");
            using (writer.WriteBlock("for (int head = 0; head < heads; head++)"))
            {
                if (plan.Evicts)
                {
                    writer.WriteLine("PageTable* table = cache.Layer(done) + head;");
                    WriteEvictionMarks(writer, "headBudgets[head]", "reached");
                }

                using (writer.WriteBlock("if (done < layer)"))
                {
                    WriteShrink(writer, plan, "Loops.Kept(headBudgets[head], reached)");
                }
            }
        }
    }

    /// <summary>Shortens a head of a layer that is done. What it loses was placed by nobody yet.</summary>
    private static void WriteShrink(SourceWriter writer, PipelinePlan plan, string kept)
    {
        if (!plan.CutsToTier)
        {
            writer.WriteLine($"cache.Resize(done, head, Math.Min(cache.Tokens(done, head), {kept}));");
            return;
        }

        writer.WriteLine($"""
            // What it loses joins what was placed of the layer.
            int remaining = Math.Min(cache.Tokens(done, head), {kept});
            {string.Join("\n", plan.Tiers.Where(static tier => tier.TakesCuts).Select(static tier => $"{TierField(tier)}.Cut(sequence, done, head, remaining);"))}
            cache.Resize(done, head, remaining);
            """);
    }

    private static string Observed(PipelinePlan plan)
    {
        var parts = new List<string>();
        if (plan.ObservesWindow)
        {
            parts.Add("attention of the last rows over every key that may be chosen");
        }

        if (plan.ObservesAllRows)
        {
            parts.Add("attention of all rows, made anew from their log-sum-exp");
        }

        if (plan.ObservesKeyNorm)
        {
            parts.Add("key norms");
        }

        return string.Join(", ", parts);
    }
}
