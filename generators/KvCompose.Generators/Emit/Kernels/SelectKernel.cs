using KvCompose.Generators.Planning;
using KvCompose.Shared;

namespace KvCompose.Generators.Emit.Kernels;

/// <summary>
/// Writes the choice of a head's tokens: sinks, the best of the others, window, ascending. The lowest kept score is found by
/// four passes over eight bits each (radix select); equal scores keep the lower index.
/// </summary>
internal static class SelectKernel
{
    private const int Bits = 8;
    private const int Bins = 1 << Bits;
    private const int BinsPerLane = Bins / 32;

    public static Kernel Of() => new(
        "SelectKernel",
        "Rows that one head keeps, ascending. Group (head).",
        [
            KernelParameter.Floats("scores", "[heads][stride]; NaN counts as negative infinity."),
            KernelParameter.Tokens,
            KernelParameter.Ints("kept", "[heads], tokens to keep: all of the head's, or at least sinks and window."),
            KernelParameter.Ints("indices", "[heads][stride], receives the rows."),
            KernelParameter.Stride,
        ],
        Synchronises: true,
        static writer => WriteBody(writer));

    /// <summary>The same of a whole prompt, of which no token is kept whatever its score is.</summary>
    public static Kernel OfPrompt() => new(
        "SelectPromptKernel",
        "Rows of a prompt that make a new one, ascending; none has its place for sure. Group (sequence).",
        [
            KernelParameter.Floats("pooled", "[sequences][stride]; NaN counts as negative infinity."),
            KernelParameter.Ints("sequenceTokens", "[sequences], tokens of each prompt."),
            KernelParameter.Ints("kept", "[sequences], tokens of the new prompt."),
            KernelParameter.Ints("indices", "[sequences][stride], receives the rows."),
            KernelParameter.Stride,
        ],
        Synchronises: true,
        static writer =>
        {
            writer.Line("const int Sinks = 0;");
            writer.Line("const int Window = 0;");
            writer.Line("ArrayView<float> scores = pooled;");
            writer.Line("ArrayView<int> tokens = sequenceTokens;");
            WriteBody(writer);
        });

    /// <summary>Writes the integer that orders as a score does; both zeros are equal.</summary>
    public static void WriteOrdered(SourceWriter writer) => writer.WriteLine("""
        /// <summary>An integer that orders as the score does; both zeros are equal, NaN is negative infinity.</summary>
        private static uint Ordered(float score)
        {
            uint bits = Interop.FloatAsInt(score);
            if ((bits & 0x7FFFFFFFu) > 0x7F800000u)
            {
                bits = 0xFF800000u;
            }

            if (bits == 0x80000000u)
            {
                bits = 0;
            }

            return (bits & 0x80000000u) != 0 ? ~bits : bits | 0x80000000u;
        }
        """);

    /// <summary>Writes the shared memory of the choice, and a thread's place in it.</summary>
    public static void WriteSetUp(KernelWriter writer) => writer.Line($"""
        ArrayView<int> histogram = SharedMemory.Allocate<int>({Bins});
        ArrayView<int> picked = SharedMemory.Allocate<int>(2);
        ArrayView<int> totals = SharedMemory.Allocate<int>({KernelPlan.Warps});
        int thread = Group.IdxX;
        int warp = thread >> 5;
        int lane = thread & 31;
        int top = {Bins - 1} - {BinsPerLane} * lane; // lane 0 has the eight highest bins
        """);

    private static void WriteBody(KernelWriter writer)
    {
        WriteSetUp(writer);
        writer.Line("""
            long row = (long)Grid.IdxX * stride;
            int count = tokens[Grid.IdxX];
            int keep = kept[Grid.IdxX];
            """);
        using (writer.Block("if (keep >= count)"))
        {
            writer.Line($$"""
                for (int token = thread; token < count; token += {{KernelPlan.Threads}})
                {
                    indices[row + token] = token;
                }

                """);
            writer.Return();
        }

        writer.Line($$"""

            // Sinks and window are kept whatever their score is.
            for (int token = thread; token < Sinks; token += {{KernelPlan.Threads}})
            {
                indices[row + token] = token;
            }

            for (int token = thread; token < Window; token += {{KernelPlan.Threads}})
            {
                indices[row + keep - Window + token] = count - Window + token;
            }

            int last = count - Window;
            int wanted = keep - Sinks - Window;
            """);
        using (writer.Block("if (wanted <= 0)"))
        {
            writer.Return();
        }

        writer.Line();
        WriteThreshold(writer, "scores", "wanted");
        writer.Line();
        WriteCollect(writer);
    }

    /// <summary>Declares <c>prefix</c>, the lowest of the best scores between <c>Sinks</c> and <c>last</c>, and <c>remaining</c>, how many that equal it are among them.</summary>
    /// <param name="writer">Is written to.</param>
    /// <param name="scores">The scores; a head's begin at <c>row</c>.</param>
    /// <param name="wanted">How many are best, at least 1.</param>
    public static void WriteThreshold(KernelWriter writer, string scores, string wanted)
    {
        writer.Line($"""
            // After each pass, the kept scores begin with the bits in prefix, or are above it; remaining of the former are kept.
            uint prefix = 0;
            uint mask = 0;
            int remaining = {wanted};
            """);
        using (writer.Block($"for (int shift = {32 - Bits}; shift >= 0; shift -= {Bits})"))
        {
            writer.Line("histogram[thread] = 0;");
            writer.Line($"histogram[thread + {KernelPlan.Threads}] = 0;");
            writer.Barrier();
            using (writer.Block($"for (int token = Sinks + thread; token < last; token += {KernelPlan.Threads})"))
            {
                writer.Line($"uint ordered = Ordered({scores}[row + token]);");
                using (writer.Block("if ((ordered & mask) == prefix)"))
                {
                    writer.Line("Atomic.Add(ref histogram[(int)((ordered >> shift) & 255)], 1);");
                }
            }

            writer.Line();
            writer.Barrier();
            using (writer.Block("if (warp == 0)"))
            {
                string bins = string.Join(" + ", Enumerable.Range(0, BinsPerLane).Select(static i => i == 0 ? "histogram[top]" : $"histogram[top - {CSharpLiteral.Of(i)}]"));
                writer.Line($"int binsOfLane = {bins};");
                writer.Line("int through = binsOfLane;");
                WriteScan(writer, "through", "above");
                writer.Line("int before = through - binsOfLane;");
                writer.Line("""
                    if (before < remaining && remaining <= through)
                    {
                        int bin = top;
                        while (before + histogram[bin] < remaining)
                        {
                            before += histogram[bin];
                            bin--;
                        }

                        picked[0] = bin;
                        picked[1] = remaining - before;
                    }
                    """);
            }

            writer.Line();
            writer.Barrier();
            writer.Line("prefix |= (uint)picked[0] << shift;");
            writer.Line("mask |= 255u << shift;");
            writer.Line("remaining = picked[1];");
        }
    }

    private static void WriteCollect(KernelWriter writer)
    {
        writer.Line("""
            // What is above the prefix is counted in the higher 16 bits, what equals it in the lower ones.
            int higher = 0;
            int equal = 0;
            """);
        using (writer.Block($"for (int chunk = Sinks; chunk < last; chunk += {KernelPlan.Threads})"))
        {
            writer.Line("""
                int token = chunk + thread;
                int flag = 0;
                if (token < last)
                {
                    uint ordered = Ordered(scores[row + token]);
                    flag = ordered > prefix ? 0x10000 : ordered == prefix ? 1 : 0;
                }

                int inclusive = flag;
                """);
            WriteScan(writer, "inclusive", "before");
            using (writer.Block("if (lane == 31)"))
            {
                writer.Line("totals[warp] = inclusive;");
            }

            writer.Line();
            writer.Barrier();
            writer.Line("""
                int all = totals[0] + totals[1] + totals[2] + totals[3];
                int exclusive = inclusive - flag;
                exclusive += warp > 0 ? totals[0] : 0;
                exclusive += warp > 1 ? totals[1] : 0;
                exclusive += warp > 2 ? totals[2] : 0;
                int higherBefore = higher + (exclusive >> 16);
                int equalBefore = equal + (exclusive & 0xFFFF);
                if (flag == 0x10000 || (flag == 1 && equalBefore < remaining))
                {
                    indices[row + Sinks + higherBefore + IntrinsicMath.Min(equalBefore, remaining)] = token;
                }

                higher += all >> 16;
                equal += all & 0xFFFF;
                """);
            writer.Barrier();
        }
    }

    /// <summary>Sums a local over the lanes up to the own one.</summary>
    public static void WriteScan(KernelWriter writer, string sum, string name)
    {
        for (int delta = 1; delta < 32; delta *= 2)
        {
            writer.ShuffleUp("int", name + CSharpLiteral.Of(delta), sum, delta);
            writer.Line($"{sum} += lane >= {delta} ? {name}{delta} : 0;");
        }
    }
}
