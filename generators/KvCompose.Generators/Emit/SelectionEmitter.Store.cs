using KvCompose.Generators.Planning;
using KvCompose.Shared;

namespace KvCompose.Generators.Emit;

/// <summary>Writes the choice of the tokens that a head keeps, and how they get into its pages.</summary>
internal static partial class SelectionEmitter
{
    private static void WriteStore(SourceWriter writer, PipelinePlan plan)
    {
        string collect = plan.Observation.Collects
            ? "\n            ((float*)(page + Plan.CollectedOffset))[slot % Plan.PageTokens] = Scores[((nint)head * Stride) + kept[slot]];"
            : "";
        writer.WriteLine($$"""
            /// <summary>Tokens that a head with this budget keeps: at least those that every head keeps, at most all.</summary>
            internal static int Kept(int budget, int tokens) => Math.Min(tokens, Math.Max(budget, Math.Max(1, Plan.Sinks + Plan.Window)));

            /// <summary>Chooses the tokens of one head and copies them into its pages.</summary>
            internal struct StoreWork : IParallelWork
            {
                {{PlanText.Field(plan)}}public PagePool Pool;
                public PageTable* Tables;
                public float* Scores;
                public int* Kept;
                public int Heads;
                public int Tokens;
                public int Stride;
                public float* Keys;
                public float* Values;
                public int[] Positions;{{(plan.Pages.Layout.Pruned ? "\n    public float* QuerySquares;" : "")}}

                public readonly void Run(int head, int worker)
                {
                    PageTable* table = Tables + head;
                    int* kept = Kept + ((nint)head * Stride);
                    Choose(Scores + ((nint)head * Stride), Tokens, table->Tokens, kept);{{(plan.Pages.Layout.Pruned ? "\n        " + ChannelChoice("kept", "table->Tokens") : "")}}
                    for (int slot = 0; slot < table->Tokens; slot++)
                    {
                        nint source = (((nint)kept[slot] * Heads) + head) * Plan.HeadDim;
                        byte* page = Pool.Address(table->Pages[slot / Plan.PageTokens]);
                        PageOps.Store({{PlanText.Argument(plan)}}{{DecodeEmitter.OpenPage(plan)}}page, slot % Plan.PageTokens, Keys + source, Values + source, Positions[kept[slot]]);{{collect}}
                    }
                }
            }
            """);
        if (plan.Decode.Evicts)
        {
            writer.WriteLine();
            writer.WriteLine("""
                /// <summary>Tokens that a head with this budget may hold while decoding: it grows up to its budget.</summary>
                internal static int Capacity(int budget) => Math.Max(budget, Math.Max(1, Plan.Sinks + Plan.Window));
                """);
        }

        writer.WriteLine();
        writer.WriteLine(plan.Prefill.KeepsRanked ? RankedChoice : AscendingChoice);
    }

    /// <summary>Chooses the channels of a head before its pages fill.</summary>
    public static string ChannelChoice(string rows, string count)
        => $"ChannelChoice.Choose(QuerySquares + (head * Plan.HeadDim), Keys + (head * Plan.HeadDim), Heads * Plan.HeadDim, {rows}, {count}, Plan.HeadDim, table->Channels, Plan.KeyChannels);";

    private const string AscendingChoice = """
        /// <summary>Rows that a head keeps, ascending: sinks, the best of the others, window.</summary>
        internal static void Choose(float* scores, int tokens, int count, int* kept)
        {
            if (count == tokens)
            {
                for (int row = 0; row < tokens; row++)
                {
                    kept[row] = row;
                }

                return;
            }

            for (int row = 0; row < Plan.Sinks; row++)
            {
                kept[row] = row;
            }

            TokenRanking.Choose(scores, Plan.Sinks, tokens - Plan.Window, count - Plan.Sinks - Plan.Window, kept + Plan.Sinks);
            for (int row = 0; row < Plan.Window; row++)
            {
                kept[count - Plan.Window + row] = tokens - Plan.Window + row;
            }
        }
        """;

    private const string RankedChoice = """
        /// <summary>Rows that a head keeps: sinks and window, then the others best first, so that a smaller budget is a shorter table.</summary>
        internal static void Choose(float* scores, int tokens, int count, int* kept)
        {
            int sinks = Math.Min(Plan.Sinks, tokens), window = Math.Min(Plan.Window, tokens - sinks);
            for (int row = 0; row < sinks; row++)
            {
                kept[row] = row;
            }

            for (int row = 0; row < window; row++)
            {
                kept[sinks + row] = tokens - window + row;
            }

            TokenRanking.Rank(scores, sinks, tokens - window, count - sinks - window, kept + sinks + window);
        }
        """;
}
