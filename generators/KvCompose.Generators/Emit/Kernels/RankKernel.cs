using KvCompose.Generators.Planning;

namespace KvCompose.Generators.Emit.Kernels;

/// <summary>
/// Writes the order of a head's chosen tokens where a later, smaller choice must be a prefix: sinks, window, then the others best
/// first. A token's rank is the number of chosen ones that are better, which every thread counts for its own.
/// </summary>
internal static class RankKernel
{
    public static Kernel Of() => new(
        "RankKernel",
        "Rows that one head keeps, best first behind sinks and window. Group (128 chosen rows, head).",
        [
            KernelParameter.Floats("scores", "[heads][stride]; NaN counts as negative infinity."),
            KernelParameter.Tokens,
            KernelParameter.Ints("kept", "[heads], tokens to keep."),
            KernelParameter.Ints("indices", "[heads][stride], the chosen rows, ascending."),
            KernelParameter.Ints("ranked", "[heads][stride], receives them in order of rank."),
            KernelParameter.Stride,
        ],
        Synchronises: false,
        WriteBody);

    private static void WriteBody(KernelWriter writer)
    {
        writer.Line($"""
            int place = Grid.IdxX * {KernelPlan.Threads} + Group.IdxX;
            int count = tokens[Grid.IdxY];
            int keep = IntrinsicMath.Min(kept[Grid.IdxY], count);
            """);
        using (writer.Block("if (place >= keep)"))
        {
            writer.Return();
        }

        writer.Line("""

            long row = (long)Grid.IdxY * stride;
            int token = indices[row + place];
            int sinks = IntrinsicMath.Min(Sinks, count);
            int window = IntrinsicMath.Min(Window, count - sinks);
            int target = place;
            if (place >= keep - window)
            {
                target = sinks + place - (keep - window);
            }
            else if (place >= sinks)
            {
                // The rows ascend, so of equal scores the earlier one is better.
                uint own = Ordered(scores[row + token]);
                target = sinks + window;
                for (int other = sinks; other < keep - window; other++)
                {
                    uint score = Ordered(scores[row + indices[row + other]]);
                    target += score > own || (score == own && other < place) ? 1 : 0;
                }
            }

            ranked[row + target] = token;
            """);
    }
}
