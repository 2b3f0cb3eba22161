using KvCompose.Generators.Planning;
using KvCompose.Shared;

namespace KvCompose.Generators.Emit;

/// <summary>
/// The two leaf loops that read the cache, scores of key tiles and sums of value rows: one of each for every width of the vector registers and every number of
/// heads of a block. Which width runs is a constant of the just-in-time compiler.
/// </summary>
internal static partial class DecodeEmitter
{
    private const string LeafAttribute = "[MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)";

    private static void WriteScores(SourceWriter writer, PipelinePlan plan, StoredElements elements)
    {
        const string parameters = "byte* keys, int tiles, float* queries, float* scores";
        string name = "Score" + elements.Suffix;
        foreach (LeafWidth width in plan.Decode.Widths)
        {
            foreach (LeafBlock block in width.Blocks)
            {
                WriteScoreLoop(writer, plan, elements, width, block, LoopName(plan, name, width, block), parameters);
            }

            WriteBlocks(
                writer, plan, width, "Scores of the group over key tiles.", name, parameters,
                member => $"keys, tiles, {Offset("queries", member, elements.Channels)}, {Offset("scores", member, "Plan.ScoreStride")}");
        }

        WriteChoice(writer, plan, "Scores of the group over key tiles.", name, parameters, "keys, tiles, queries, scores");
    }

    private static void WriteValues(SourceWriter writer, PipelinePlan plan, StoredElements elements)
    {
        const string summary = "Adds the weighted values of a page's tokens to the group's accumulators.", parameters = "byte* block, int tokens, float* weights, float* values";
        string name = "Accumulate" + elements.Suffix;
        foreach (LeafWidth width in plan.Decode.Widths)
        {
            foreach (LeafBlock block in width.Blocks)
            {
                WriteValueLoop(writer, plan, elements, width, block, LoopName(plan, name, width, block), parameters);
            }

            WriteBlocks(
                writer, plan, width, summary, name, parameters,
                member => $"block, tokens, {Offset("weights", member, "Plan.ScoreStride")}, {Offset("values", member, "Plan.HeadDim")}");
        }

        WriteChoice(writer, plan, summary, name, parameters, "block, tokens, weights, values");
    }

    /// <summary>Calls the loops of the widest registers that the processor has.</summary>
    private static void WriteChoice(SourceWriter writer, PipelinePlan plan, string summary, string name, string parameters, string arguments)
    {
        writer.WriteLine();
        writer.WriteLine($"/// <summary>{summary}</summary>");
        writer.WriteLine("[MethodImpl(MethodImplOptions.AggressiveInlining)]");
        using (writer.WriteBlock($"private static void {name}({PlanText.Parameter(plan)}{parameters})"))
        {
            string keyword = "if";
            foreach (LeafWidth width in plan.Decode.Widths.Take(plan.Decode.Widths.Count - 1))
            {
                using (writer.WriteBlock($"{keyword} ({Vector(width)}.IsHardwareAccelerated)"))
                {
                    writer.WriteLine($"{name}{width.Bits}({PlanText.Argument(plan)}{arguments});");
                }

                keyword = "else if";
            }

            using (writer.WriteBlock("else"))
            {
                writer.WriteLine($"{name}{plan.Decode.Widths[plan.Decode.Widths.Count - 1].Bits}({PlanText.Argument(plan)}{arguments});");
            }
        }
    }

    /// <summary>Calls the loops of a width, block by block: 7 heads are 4 and 3.</summary>
    private static void WriteBlocks(
        SourceWriter writer, PipelinePlan plan, LeafWidth width, string summary, string name, string parameters, Func<string, string> arguments)
    {
        if (IsWhole(plan, width))
        {
            return;
        }

        int most = width.Blocks[0].Members;
        writer.WriteLine();
        writer.WriteLine($"/// <summary>{summary}</summary>");
        using (writer.WriteBlock($"private static void {name}{CSharpLiteral.Of(width.Bits)}({PlanText.Parameter(plan)}{parameters})"))
        {
            if (!plan.Open)
            {
                for (int member = 0; member < plan.GroupSize; member += most)
                {
                    int members = Math.Min(most, plan.GroupSize - member);
                    writer.WriteLine($"{name}{CSharpLiteral.Of(width.Bits)}x{CSharpLiteral.Of(members)}({arguments(CSharpLiteral.Of(member))});");
                }

                return;
            }

            writer.WriteLine("int member = 0;");
            using (writer.WriteBlock($"for (; member <= Plan.GroupSize - {most}; member += {most})"))
            {
                writer.WriteLine($"{LoopName(plan, name, width, width.Blocks[0])}({PlanText.Argument(plan)}{arguments("member")});");
            }

            writer.WriteLine();
            using (writer.WriteBlock("switch (Plan.GroupSize - member)"))
            {
                foreach (LeafBlock block in width.Blocks.Skip(1))
                {
                    writer.WriteLine($"""
                        case {block.Members}:
                            {LoopName(plan, name, width, block)}({PlanText.Argument(plan)}{arguments("member")});
                            break;
                        """);
                }
            }
        }
    }

    /// <summary>Whether one loop of a width serves the whole group.</summary>
    private static bool IsWhole(PipelinePlan plan, LeafWidth width) => !plan.Open && width.Blocks[0].Members == plan.GroupSize;

    private static string LoopName(PipelinePlan plan, string name, LeafWidth width, LeafBlock block)
        => $"{name}{CSharpLiteral.Of(width.Bits)}{(IsWhole(plan, width) ? "" : "x" + CSharpLiteral.Of(block.Members))}";

    private static string Offset(string pointer, string member, string stride) => member switch
    {
        "0" => pointer,
        "1" => $"{pointer} + {stride}",
        _ => $"{pointer} + ({member} * {stride})",
    };

    private static string Vector(LeafWidth width) => "Vector" + CSharpLiteral.Of(width.Bits);

    private static string Floats(LeafWidth width) => $"Vector{CSharpLiteral.Of(width.Bits)}<float>";

    /// <summary>A product as the term of a sum.</summary>
    private static string Term(int member, string stride) => member == 1 ? stride : $"({Expression.Times(member, stride)})";

    private static string Sum(int member, int set) => $"sum{CSharpLiteral.Of(member)}_{CSharpLiteral.Of(set)}";
}
