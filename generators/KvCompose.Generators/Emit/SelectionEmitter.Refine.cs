using KvCompose.Generators.Planning;
using KvCompose.Shared;
using KvCompose.Shared.Specs;

namespace KvCompose.Generators.Emit;

/// <summary>Writes the second stage of a choice: what a head's scores become for the tokens that the first stage leaves.</summary>
internal static partial class SelectionEmitter
{
    /// <summary>The statistics that a second stage can read: a token has one of each key-value head.</summary>
    public static IEnumerable<ObservedStatistic> OfKeyValueHeads(PipelinePlan plan)
        => plan.Observation.Scored.Where(static statistic => !statistic.PerQueryHead);

    private static void WriteRefine(SourceWriter writer, PipelinePlan plan)
    {
        StageSpec selection = plan.Prefill.Selection;
        string share = selection.Option(OptionRole.FirstStage) is { } option ? "Options." + Identifier.Escape(option.Name) : "0";
        writer.WriteLine("/// <summary>The second stage of one key-value head.</summary>");
        using (writer.WriteBlock("internal struct RefineWork : IParallelWork"))
        {
            writer.WriteLine($"{PlanText.Field(plan)}public {selection.Type} Options;");
            foreach (ObservedStatistic statistic in OfKeyValueHeads(plan))
            {
                writer.WriteLine($"public float* {statistic.Name};");
            }

            writer.WriteLine("""
                public int[] Positions;
                public PageTable* Tables;
                public float* Scores;
                public float* Refined;
                public int* Kept;
                public int Stride;
                public int Tokens;
                public int PromptTokens;

                """);
            using (writer.WriteBlock("public readonly void Run(int head, int worker)"))
            {
                writer.WriteLine($$"""
                    int candidates = Tokens - Plan.Window, chosen = (Tables + head)->Tokens - Plan.Sinks - Plan.Window;
                    if (chosen <= 0 || chosen >= candidates - Plan.Sinks)
                    {
                        return;
                    }

                    float* scores = Scores + ((nint)head * Stride);
                    float* refined = Refined + ((nint)head * Stride);
                    int* kept = Kept + ((nint)head * Stride);
                    """);
                foreach (ObservedStatistic statistic in OfKeyValueHeads(plan))
                {
                    writer.WriteLine($"float* {statistic.LocalName} = {statistic.Name} + ((nint)head * Stride);");
                }

                string set = string.Concat(OfKeyValueHeads(plan).Select(static statistic => $", {statistic.Property} = {statistic.LocalName}[token]"));
                writer.WriteLine($$"""
                    for (int token = Plan.Sinks; token < candidates; token++)
                    {
                        TokenStatistics statistics = new() { Position = Positions[token], PromptTokens = PromptTokens{{set}} };
                        refined[token] = {{selection.Type}}.Refine(in Options, scores[token], in statistics);
                    }

                    // What the first stage chooses comes before everything else.
                    int first = {{share}} > 0 ? Math.Min(chosen, Math.Max(1, (int)(chosen * {{share}}))) : 0;
                    TokenRanking.Choose(scores, Plan.Sinks, candidates, first, kept);
                    for (int i = 0; i < first; i++)
                    {
                        refined[kept[i]] = float.MaxValue;
                    }
                    """);
            }
        }
    }
}
