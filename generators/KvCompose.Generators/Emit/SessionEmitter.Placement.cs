using KvCompose.Generators.Planning;
using KvCompose.Shared;
using KvCompose.Shared.Specs;

namespace KvCompose.Generators.Emit;

/// <summary>Writes where the tokens of a layer go that its heads do not keep: to the residency that serves the head.</summary>
internal static partial class SessionEmitter
{
    private static void WritePlacement(SourceWriter writer, PipelinePlan plan)
    {
        writer.WriteLine();
        writer.WriteLine("// Place what was left out.");
        foreach (StageSpec stage in plan.Residency.Stages.Where(static stage => stage.Tier is null))
        {
            writer.WriteLine($"{stage.Type} residency{Suffix(stage)} = {StageValue.InSession(stage)};");
        }

        bool scores = plan.Residency.Stages.Any(static stage => (stage.Facts.Needs & StageProducts.TokenScores) != 0);
        bool window = plan.Residency.Retrieves && plan.Observation.ReadsWindow;
        string given = (scores ? "\n    Scores = new ReadOnlySpan<float>(scores + ((nint)head * stride), Math.Max(0, tokens - Plan.Window))," : "")
            + (window ? "\n    WindowQueries = windowQueries + ((nint)head * Plan.GroupSize * Plan.ObservedRows * Plan.HeadDim), WindowStride = Plan.ObservedRows, WindowRows = rows," : "");
        using (writer.WriteBlock("for (int head = 0; head < heads; head++)"))
        {
            if (!plan.Residency.Retrieves)
            {
                writer.WriteLine("""
                    if (headBudgets[head] == tokens)
                    {
                        continue;
                    }

                    """);
            }

            writer.WriteLine($$"""
                PlacementContext placement = new()
                {
                    Sequence = sequence, Layer = layer, Head = head, Role = roles[head], Budget = {{(plan.Prefill.HeadRole is null ? "headBudgets" : "roleBudgets")}}[head], HeadDim = Plan.HeadDim,{{given}}
                    Rows = PromptRows.LeftOut(kept + ((nint)head * stride), headBudgets[head], tokens),
                    Positions = buffers.Positions.AsSpan(0, tokens),
                    KeyTiles = buffers.Tiles + ((nint)head * KeyTiles.Count(tokens) * 16 * Plan.HeadDim),
                    Values = buffers.Values + ((nint)head * Plan.HeadDim),
                    ValueStride = heads * Plan.HeadDim,
                };
                """);
            foreach (StageSpec stage in plan.Residency.Stages)
            {
                if (plan.Prefill.HeadRole is not null)
                {
                    writer.WriteLine();
                }

                WritePlaceCall(writer, plan, stage);
            }
        }
    }

    /// <summary>Where no stage gives roles every head is compressed.</summary>
    private static void WritePlaceCall(SourceWriter writer, PipelinePlan plan, StageSpec stage)
    {
        string call = stage.Tier is null
            ? $"{stage.Type}.Place(in residency{Suffix(stage)}, in placement);"
            : $"{TierField(stage)}.Place(in placement);";
        if (plan.Prefill.HeadRole is null)
        {
            if ((stage.Serves & HeadRoles.Compressed) != 0)
            {
                writer.WriteLine(call);
            }

            return;
        }

        using (writer.WriteBlock($"if (roles[head] is {RolesOf(stage)})"))
        {
            writer.WriteLine(call);
        }
    }

    private static string RolesOf(StageSpec stage) => string.Join(" or ", ((HeadRoles[])[HeadRoles.Compressed, HeadRoles.Full, HeadRoles.Pivot, HeadRoles.Satellite])
        .Where(role => (stage.Serves & role) != 0).Select(static role => "HeadRole." + role));
}
