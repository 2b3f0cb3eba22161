using KvCompose.Generators.Planning;
using KvCompose.Shared;
using KvCompose.Shared.Specs;

namespace KvCompose.Generators.Emit;

/// <summary>
/// Writes what lets only chosen tokens go on. A layer that cuts attends for the survivors alone: what is cut is needed by nobody
/// any more, since projections and feed-forward blocks treat every token alone, and the observation needs the last rows only.
/// </summary>
internal static partial class SessionEmitter
{
    private static void WriteOnwardTokens(SourceWriter writer, PipelinePlan plan)
    {
        writer.WriteLine("""

            // Propagation: how many tokens go on decides whose attention is computed at all.
            PropagationContext propagationContext = new()
            {
                Layer = layer, Layers = shape.Layers, PromptTokens = prompt.Length, Tokens = tokens, Window = Plan.Window,
            };
            int onward = tokens;
            double onwardShare = 1;
            """);
        foreach (StageSpec stage in plan.Prefill.Propagations)
        {
            string name = char.ToLowerInvariant(stage.Name[0]) + stage.Name.Substring(1);
            writer.WriteLine($$"""
                {{stage.Type}} {{name}} = {{StageValue.InSession(stage)}};
                if ({{stage.Type}}.Count(in {{name}}, in propagationContext) is int {{name}}Count && PrefillLoops.Cuts({{name}}Count, onward))
                {
                    onward = {{name}}Count;
                    onwardShare = propagationContext.ShareOf(in {{name}}, onward);
                }
                """);
        }
    }

    private static void WriteAttentionBeforeCut(SourceWriter writer, PipelinePlan plan)
    {
        writer.WriteLine("""
            // Exact attention over all tokens that reached the layer. Where some end here, that of the others waits for the choice.
            float* attended = buffers.Queries;
            """);
        using (writer.WriteBlock("if (onward == tokens)"))
        {
            WriteAttention(writer, plan);
        }

        if (plan.Observation.ReadsWindow)
        {
            writer.WriteLine("""
                else
                {
                    attended = buffers.Block((long)Math.Max(rows, onward) * shape.QueryHeads * Plan.HeadDim);
                    CausalAttention.RunRows(
                        Workers, Workspace, attention, buffers.Queries, buffers.Tiles, buffers.Values, tokens, PromptRows.Last(tokens, rows), attended,
                        buffers.LogSumExp, cancellation);
                }
                """);
        }
        else
        {
            writer.WriteLine("""
                else
                {
                    attended = buffers.Block((long)onward * shape.QueryHeads * Plan.HeadDim);
                }
                """);
        }
    }

    private static void WritePropagation(SourceWriter writer, PipelinePlan plan) => writer.WriteLine($$"""

        // Propagate: only chosen tokens go on; they keep their positions and their order.
        if (onward < tokens)
        {
            PromptRows.SumHeads(scores, heads, stride, tokens - Plan.Window, layerScores);
            PrefillLoops.{{SelectionEmitter.OnwardChoice(plan)}}(layerScores, tokens, onward, kept);
            CausalAttention.RunRows(
                Workers, Workspace, attention, buffers.Queries, buffers.Tiles, buffers.Values, tokens, new ReadOnlySpan<int>(kept, onward), attended,
                null, cancellation);
            PromptRows.Gather(kept, onward, shape.Hidden, buffers.Hidden);
            PromptRows.Gather(kept, onward, buffers.Positions);
            tokens = onward;
            propagatedShare *= onwardShare;
        }
        """);
}
