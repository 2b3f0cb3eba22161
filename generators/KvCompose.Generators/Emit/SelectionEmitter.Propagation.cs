using KvCompose.Generators.Planning;
using KvCompose.Shared;

namespace KvCompose.Generators.Emit;

/// <summary>Writes the loops of propagation: the scores of a layer, and what moves the survivors to the front.</summary>
internal static partial class SelectionEmitter
{
    /// <summary>The loop that chooses who goes on: that of the selection, unless it ranks.</summary>
    public static string OnwardChoice(PipelinePlan plan) => plan.Prefill.KeepsRanked ? "ChooseOnward" : "Choose";

    private static void WritePropagation(SourceWriter writer, PipelinePlan plan)
    {
        writer.WriteLine(PropagationLoops);
        if (plan.Observation.ReadsWindow)
        {
            writer.WriteLine();
            writer.WriteLine(LastRows);
        }

        if (plan.Prefill.KeepsRanked)
        {
            writer.WriteLine();
            writer.WriteLine(AscendingChoice.Replace("void Choose(", $"void {OnwardChoice(plan)}("));
        }
    }

    private const string PropagationLoops = """
        /// <summary>Whether so many tokens may go on: fewer than there are, and not less than what is always kept.</summary>
        internal static bool Cuts(int count, int tokens) => count < tokens && count >= Math.Max(1, Plan.Sinks + Plan.Window);

        /// <summary>Scores of the layer: the sum over its key-value heads.</summary>
        internal static void SumHeads(float* scores, int heads, int stride, int tokens, float* sums)
        {
            for (int token = 0; token < tokens; token++)
            {
                float sum = 0;
                for (int head = 0; head < heads; head++)
                {
                    sum += scores[((nint)head * stride) + token];
                }

                sums[token] = sum;
            }
        }

        /// <summary>Moves chosen rows to the front; they ascend, so nothing is overwritten early.</summary>
        internal static void Gather(int* rows, int count, int width, float* states)
        {
            for (int row = 0; row < count; row++)
            {
                if (rows[row] != row)
                {
                    new ReadOnlySpan<float>(states + ((nint)rows[row] * width), width).CopyTo(new Span<float>(states + ((nint)row * width), width));
                }
            }
        }

        /// <summary>As above, for the tokens' positions.</summary>
        internal static void Gather(int* rows, int count, int[] positions)
        {
            for (int row = 0; row < count; row++)
            {
                positions[row] = positions[rows[row]];
            }
        }
        """;

    private const string LastRows = """
        /// <summary>The rows whose log-sum-exp the observation needs.</summary>
        internal static int[] LastRows(int tokens, int rows)
        {
            var last = new int[rows];
            for (int row = 0; row < rows; row++)
            {
                last[row] = tokens - rows + row;
            }

            return last;
        }
        """;
}
