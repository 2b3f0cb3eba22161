using KvCompose.Generators.Planning;
using KvCompose.Shared;

namespace KvCompose.Generators.Emit;

/// <summary>Writes what a layer of the prompt finds out about its tokens: the fused observation, and the scores.</summary>
internal static partial class SessionEmitter
{
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
