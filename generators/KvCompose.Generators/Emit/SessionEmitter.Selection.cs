using KvCompose.Generators.Planning;
using KvCompose.Shared;

namespace KvCompose.Generators.Emit;

/// <summary>Writes what a layer of the prompt does about its tokens: observe, score, budget, choose, place, propagate.</summary>
internal static partial class SessionEmitter
{
    private static void WriteSelectionState(SourceWriter writer, PipelinePlan plan)
    {
        writer.WriteLine();
        writer.WriteLine("// What a layer observes: rows of stride floats, one a head; every layer uses them again.");
        writer.WriteLine("int stride = buffers.TokenStride;");
        if (plan.Observation.ReadsWindow)
        {
            writer.WriteLine("float* windowQueries = buffers.Block((long)shape.QueryHeads * Plan.ObservedRows * Plan.HeadDim);");
        }

        if (plan.Observation.ReadsAllRows)
        {
            writer.WriteLine("float* allQueries = buffers.Block((long)prompt.Length * shape.QueryHeads * Plan.HeadDim);");
        }

        foreach (ObservedStatistic statistic in plan.Observation.Statistics)
        {
            writer.WriteLine($"float* {statistic.Buffer} = buffers.Statistic({RowsOf(statistic)});");
        }

        writer.WriteLine(plan.Prefill.DividesAgain
            ? "float* scoresOfLayers = buffers.Block((long)shape.Layers * heads * stride);"
            : "float* scores = buffers.Statistic(heads);");
        writer.WriteLine($"""
            float* padded = buffers.Block((long)Workers.Count * (stride + {PaddedFloats}));
            int* kept = (int*)buffers.Statistic(heads);

            // What is decided: of all layers so far, and of the heads of the current one.
            LayerStatistics[] statistics = new LayerStatistics[shape.Layers];
            int[] layerBudgets = new int[shape.Layers];
            int[] headBudgets = new int[heads];
            """);
        if (ReadsRoles(plan))
        {
            writer.WriteLine("HeadRole[] roles = new HeadRole[heads];");
        }

        if (plan.Prefill.HasCapacities)
        {
            writer.WriteLine("int[] capacities = new int[shape.Layers];");
        }

        if (plan.Prefill.HeadRole is not null && plan.Residency.Stages.Count > 0)
        {
            writer.WriteLine("int[] roleBudgets = new int[heads];");
        }

        if (plan.Prefill.Propagates)
        {
            writer.WriteLine("float* layerScores = buffers.Statistic(1);");
        }
    }

    /// <summary>Whether anything is told the parts that heads play; where no stage gives them, all are compressed.</summary>
    private static bool ReadsRoles(PipelinePlan plan)
        => plan.Prefill.HeadRole is not null || plan.Residency.Stages.Count > 0 || (plan.Decode.Evicts && !plan.Prefill.Cascades)
            || (plan.Decode.KeepsWeights && !plan.Decode.Evicts);

    /// <summary>How many heads have a row of a statistic.</summary>
    private static string RowsOf(ObservedStatistic statistic) => statistic.PerQueryHead ? "shape.QueryHeads" : "heads";

    /// <summary>Room for the pooling's borders on both sides, and for the last vector.</summary>
    private const string PaddedFloats = "(2 * Plan.PoolingBorder) + 16";

    private static void WriteSelection(SourceWriter writer, PipelinePlan plan)
    {
        if (plan.Prefill.DividesAgain)
        {
            writer.WriteLine("""
                // Scores of all layers stay: whenever a layer's budget falls, its heads divide it again.
                float* scores = scoresOfLayers + ((nint)layer * heads * stride);

                """);
        }

        if (plan.Observation.ReadsAttention || plan.Observation.ReadsKeys)
        {
            writer.WriteLine($"// Observe: {Observed(plan)}.");
            if (plan.Observation.Collects)
            {
                WriteObservation(writer, plan);
            }
            else
            {
                using (writer.WriteBlock($"if ({(plan.Observation.ReadsAttention ? "observed" : "tokens > Plan.Sinks + Plan.Window")})"))
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
        if (plan.Prefill.DividesAgain)
        {
            WriteDivisions(writer, plan);
        }
        else if (plan.Prefill.Cascades)
        {
            writer.WriteLine();
            writer.WriteLine("// Cascade: layers that are done shrink to what they may keep now; the ranked tokens at the end go first.");
            using (writer.WriteBlock("for (int done = 0; done < layer; done++)"))
            {
                using (writer.WriteBlock("for (int head = 0; head < heads; head++)"))
                {
                    WriteShrink(writer, plan, "PrefillLoops.Kept(layerBudgets[done], statistics[done].Tokens)");
                }
            }
        }

        if ((plan.Decode.Evicts && !plan.Prefill.Cascades) || (plan.Decode.KeepsWeights && !plan.Decode.Evicts))
        {
            WriteDecodeMarks(writer, plan);
        }

        writer.WriteLine($$"""

            // Choose and store: sinks, window and the best of the others.
            for (int head = 0; head < heads; head++)
            {
                headBudgets[head] = PrefillLoops.Kept(headBudgets[head], tokens);
                cache.Resize(layer, head, headBudgets[head]);
            }

            PrefillLoops.StoreWork store = new()
            {
                {{PlanText.Given(plan)}}Pool = Pool, Tables = cache.Layer(layer), Heads = heads, Tokens = tokens, Stride = stride, Scores = scores, Kept = kept,
                Keys = buffers.Keys, Values = buffers.Values, Positions = buffers.Positions,{{StoreQueries(plan)}}
            };
            Workers.Run(ref store, heads);
            """);
        if (plan.Residency.Stages.Count > 0)
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
            if (plan.Decode.Evicts)
            {
                string budget = plan.Prefill.HasCapacities ? "capacities[layer] > 0 ? capacities[layer] : headBudgets[head]" : "headBudgets[head]";
                WriteEvictionMarks(writer, budget);
            }
            else
            {
                writer.WriteLine("table->RetainsWeights = roles[head] == HeadRole.Pivot;");
            }
        }
    }

    private static void WriteEvictionMarks(SourceWriter writer, string budget)
    {
        writer.WriteLine($"table->Budget = roles[head] is HeadRole.Full or HeadRole.Pivot ? 0 : PrefillLoops.Capacity({budget});");
        writer.WriteLine("table->RetainsWeights = table->Budget > 0;");
    }
}
