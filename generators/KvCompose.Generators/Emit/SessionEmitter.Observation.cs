using KvCompose.Generators.Planning;
using KvCompose.Shared;

namespace KvCompose.Generators.Emit;

/// <summary>Writes what a layer of the prompt finds out about its tokens: the fused observation, and the scores.</summary>
internal static partial class SessionEmitter
{
    private static void WriteObserveCall(SourceWriter writer, PipelinePlan plan)
    {
        using (writer.WriteBlock("PrefillLoops.ObserveWork observe = new()", ";"))
        {
            writer.WriteLine($"{PlanText.Given(plan)}Tiles = buffers.Tiles, Tokens = tokens, Stride = stride,");
            if (plan.Observation.ReadsWindow)
            {
                writer.WriteLine("Queries = windowQueries, LogSumExp = buffers.LogSumExp, Rows = rows, SoftCap = SoftCap,");
                if (plan.Prefill.Propagates)
                {
                    writer.WriteLine("KnownRows = onward < tokens ? rows : tokens,");
                }
            }

            writer.WriteLine(Handed(SelectionEmitter.Fused(plan.Observation)));
        }

        writer.WriteLine("Workers.Run(ref observe, observe.Items(heads));");
    }

    /// <summary>The buffers of some statistics, as an initialiser of the work that writes or reads them.</summary>
    private static string Handed(IEnumerable<ObservedStatistic> statistics)
        => string.Join(" ", statistics.Select(static statistic => $"{statistic.Name} = {statistic.Buffer},"));

    private static void WriteAllRowsCall(SourceWriter writer, PipelinePlan plan) => writer.WriteLine($$"""
        PrefillLoops.AllRowsWork all = new()
        {
            {{PlanText.Given(plan)}}Tiles = buffers.Tiles, Queries = allQueries, LogSumExp = buffers.LogSumExp, Heads = heads, Tokens = tokens, Stride = stride, SoftCap = SoftCap,
            {{Handed(plan.Observation.In(StatisticPass.AllRows))}}
        };
        Workers.Run(ref all, all.Items());
        """);

    private static void WriteScoreCall(SourceWriter writer, PipelinePlan plan)
    {
        using (writer.WriteBlock("PrefillLoops.ScoreWork score = new()", ";"))
        {
            writer.WriteLine($"""
                {PlanText.Given(plan)}Positions = buffers.Positions, PromptTokens = prompt.Length, Tokens = tokens, Stride = stride, Scores = scores,
                Padded = padded, PaddedStride = stride + {PaddedFloats},
                """);
            writer.WriteLine($"Options = {StageValue.InSession(plan.Prefill.Selection)},");
            if (plan.Observation.Scored.Any())
            {
                writer.WriteLine(Handed(plan.Observation.Scored));
            }
        }

        writer.WriteLine("Workers.Run(ref score, heads);");
        if (plan.Prefill.Selection.Facts.SharesScores)
        {
            writer.WriteLine($"PromptRows.ShareHeads(scores, heads, stride, {(plan.Observation.Collects ? "tokens" : "tokens - Plan.Window")}, GroupReduction.{plan.Prefill.Reduction.ToString()});");
        }

        if (plan.Prefill.Selection.ChosenTogether is > 1 and var chunk)
        {
            writer.WriteLine($"PromptRows.JoinChunks(scores, heads, stride, Plan.Sinks, tokens - Plan.Window, {CSharpLiteral.Of(chunk)});");
        }
    }

    private static void WriteObservation(SourceWriter writer, PipelinePlan plan)
    {
        if (plan.Observation.ReadsAllRows)
        {
            WriteAllRowsCall(writer, plan);
        }

        if (plan.Observation.ReadsWindow || plan.Observation.ReadsKeys)
        {
            WriteObserveCall(writer, plan);
        }

        writer.WriteLine("""

            // Score: the stage's formula, pooled along the tokens and reduced over the group.
            """);
        WriteScoreCall(writer, plan);
    }

    /// <summary>What is known of a layer before its attention, which overwrites the queries.</summary>
    private static void WriteLayerObservation(SourceWriter writer, PipelinePlan plan)
    {
        writer.WriteLine();
        writer.WriteLine($"// Observe what needs no attention: {string.Join(", ", plan.Observation.In(StatisticPass.Layer).Select(static statistic => statistic.Statistic))}.");
        using (plan.Observation.Collects ? null : writer.WriteBlock("if (tokens > Plan.Sinks + Plan.Window)"))
        {
            writer.WriteLine($$"""
                ObservedLayer observedLayer = new()
                {
                    Workers = Workers, Queries = buffers.Queries, Keys = buffers.Keys, Values = buffers.Values, Tiles = buffers.Tiles,
                    Positions = buffers.Positions, PromptTokens = prompt.Length, Tokens = tokens, Heads = heads, GroupSize = Plan.GroupSize,
                    HeadDim = Plan.HeadDim, ModelHeadDim = {{(plan.Open ? "Plan.ModelHeadDim" : "Plan.HeadDim")}}, Stride = stride, Layer = layer, Hidden = shape.Hidden, SoftCap = SoftCap, SinkLogits = Workspace.Sinks,{{ModelKnowledge(plan)}}
                };
                """);
            foreach (ObservedStatistic statistic in plan.Observation.In(StatisticPass.Layer))
            {
                string options = string.Concat(statistic.Options.Select(option => ", " + CSharpLiteral.Of(plan.Prefill.Selection.Number(option.Role, option.Otherwise))));
                writer.WriteLine($"LayerObservations.{statistic.Statistic.ToString()}(in observedLayer{options}, {statistic.Buffer});");
            }
        }
    }

    /// <summary>What statistics of the layer ask of the model.</summary>
    private static string ModelKnowledge(PipelinePlan plan)
    {
        ObservedStatistic[] statistics = [.. plan.Observation.In(StatisticPass.Layer)];
        int future = statistics.Any(static statistic => statistic.Statistic == AttentionStatistics.ExpectedAttention)
            ? plan.Prefill.Selection.Number(OptionRole.FutureTokens, ObservedStatistic.DefaultFuture)
            : 0;
        return (statistics.Any(static statistic => statistic.NeedsRotation)
                ? $"\n    Rotation = Rotation(layer, buffers.Positions.AsSpan(0, tokens), prompt.Length, {CSharpLiteral.Of(future)}),"
                : "")
            + (statistics.Any(static statistic => statistic.NeedsOutputWeights) ? "\n    OutputWeights = OutputWeights(layer)," : "");
    }

    /// <summary>What a model must be able to do for the statistics.</summary>
    private static void WriteModelRequirements(SourceWriter writer, PipelinePlan plan)
    {
        string name = plan.Spec.Name.TrimStart('@');
        foreach (ObservedStatistic statistic in plan.Observation.In(StatisticPass.Layer).Where(static statistic => statistic.NeedsRotation).Take(1))
        {
            writer.WriteLine($"RequireRotation(\"{name}\", \"{statistic.Statistic.ToString()}\");");
        }

        foreach (ObservedStatistic statistic in plan.Observation.In(StatisticPass.Layer).Where(static statistic => statistic.NeedsOutputWeights).Take(1))
        {
            writer.WriteLine($"RequireOutputWeights(\"{name}\", \"{statistic.Statistic.ToString()}\");");
        }
    }

    private static string Observed(PipelinePlan plan)
    {
        var parts = new List<string>();
        if (plan.Observation.ReadsWindow)
        {
            parts.Add("attention of the last rows over every key that may be chosen");
        }

        if (plan.Observation.ReadsAllRows)
        {
            parts.Add("attention of all rows, made anew from their log-sum-exp");
        }

        if (plan.Observation.ReadsKeys)
        {
            parts.Add("key norms");
        }

        return string.Join(", ", parts);
    }
}
