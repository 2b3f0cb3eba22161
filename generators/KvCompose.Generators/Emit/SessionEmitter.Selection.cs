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

        writer.WriteLine($$"""

            // Choose and store: sinks, window and the best of the others.
            for (int head = 0; head < heads; head++)
            {
                headBudgets[head] = Loops.Kept(headBudgets[head], tokens);
                cache.Resize(layer, head, headBudgets[head]);
            }

            var store = new Loops.StoreWork
            {
                Pool = Pool, Tables = cache.Layer(layer), Heads = heads, Tokens = tokens, Stride = stride, Scores = scores, Kept = kept,
                Keys = buffers.Keys, Values = buffers.Values, Positions = buffers.Positions,{{StoreQueries(plan)}}
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
                writer.WriteLine("table->RetainsWeights = roles[head] == HeadRole.Pivot;");
            }
        }
    }

    private static void WriteEvictionMarks(SourceWriter writer, string budget, string tokens)
    {
        writer.WriteLine($"table->Budget = roles[head] is HeadRole.Full or HeadRole.Pivot ? 0 : Loops.Capacity({budget}, {tokens});");
        writer.WriteLine("table->RetainsWeights = table->Budget > 0;");
    }
}
