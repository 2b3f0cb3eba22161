using KvCompose.Generators.Planning;
using KvCompose.Shared;

namespace KvCompose.Generators.Emit;

/// <summary>The leaf loop of scores: every key vector is loaded once for all query heads of the block, and dimensions alternate between accumulator sets.</summary>
internal static partial class DecodeEmitter
{
    /// <summary>Dimensions written out in the body of the score loop, where they divide those of a key.</summary>
    private const int UnrolledDimensions = 8;

    private static void WriteScoreLoop(
        SourceWriter writer, PipelinePlan plan, StoredElements elements, LeafWidth width, LeafBlock block, string name, string parameters)
    {
        string what = elements.Quantised ? "quantised key tiles" : elements.Pruned ? "pruned key tiles" : "key tiles";
        writer.WriteLine();
        writer.WriteLine($"/// <summary>Scores of {PlanSummary.Heads(block.Members)} over {what}: {width.Lanes} keys a vector, one dimension at a time.</summary>");
        writer.WriteLine(LeafAttribute + (elements.Quantised ? ", SkipLocalsInit]" : "]"));
        using (writer.WriteBlock($"private static void {name}({PlanText.Parameter(plan)}{parameters})"))
        {
            if (plan.Open)
            {
                writer.WriteLine($"nint channels = {elements.Channels};");
            }

            if (elements.Quantised)
            {
                WriteFolding(writer, plan, width, block);
            }

            WriteTiles(writer, plan, elements, width, block);
        }
    }

    /// <summary>Keys stay codes: their scales go into the queries, their zero points into what each of them starts from.</summary>
    private static void WriteFolding(SourceWriter writer, PipelinePlan plan, LeafWidth width, LeafBlock block)
    {
        string channels = plan.Open ? "(int)channels" : "Plan.HeadDim";
        writer.WriteLine($"""
            // Scales go into the queries, zero points into what every score of the page starts from.
            uint* codes = (uint*)(keys + Plan.KeyCodeOffset);
            float* folded = stackalloc float[{(IsWhole(plan, width) ? "Plan.GroupSize" : CSharpLiteral.Of(block.Members))} * {channels}];
            """);
        for (int member = 0; member < block.Members; member++)
        {
            string offset = member == 0 ? "" : $" + {Term(member, plan.Open ? "channels" : "Plan.HeadDim")}";
            writer.WriteLine($"{Floats(width)} start{member} = {Vector(width)}.Create(AffineCode.Fold(codes, queries{offset}, folded{offset}, {channels}));");
        }
    }

    private static void WriteTiles(SourceWriter writer, PipelinePlan plan, StoredElements elements, LeafWidth width, LeafBlock block)
    {
        bool eighths = plan.Open ? !elements.Pruned : elements.KeyChannels % UnrolledDimensions == 0;
        int unrolled = eighths ? UnrolledDimensions : UnrolledDimensions / 2;
        string channels = plan.Open ? "channels" : elements.Channels, queries = elements.Quantised ? "folded" : "queries";
        if (plan.Open)
        {
            // A pointer for each head, where the distance is no constant.
            for (int member = 1; member < block.Members; member++)
            {
                writer.WriteLine($"float* query{member} = {(member == 1 ? queries : "query" + CSharpLiteral.Of(member - 1))} + channels;");
            }
        }

        using (writer.WriteBlock("for (int tile = 0; tile < tiles; tile++, scores += 16)"))
        {
            writer.WriteLine($"nint key = (nint)tile * 16 * {channels};");
            writer.WriteLine($"byte* ahead = keys + (key * {elements.Bits} / 8) + PrefetchBytes;");
            for (int member = 0; member < block.Members; member++)
            {
                string names = string.Join(", ", Enumerable.Range(0, block.ScoreSets * width.TileVectors).Select(
                    sum => Sum(member, sum) + " = " + (elements.Quantised && sum < width.TileVectors ? $"start{CSharpLiteral.Of(member)}" : $"{Floats(width)}.Zero")));
                writer.WriteLine($"{Floats(width)} {names};");
            }

            string walk = $"key += {CSharpLiteral.Of(unrolled * LeafWidth.TileFloats)}, {{0}}ahead += "
                + CSharpLiteral.Of(unrolled * LeafWidth.TileFloats * elements.ElementBits / 8);
            string step = CSharpLiteral.Of(unrolled);
            if (!plan.Open)
            {
                // Pointers that walk with constant displacements: an index would be widened at every access.
                writer.WriteLine($"float* query = {queries};");
            }

            using (writer.WriteBlock(plan.Open
                ? $"for (nint i = 0; i < channels; i += {step}, {walk.Replace("{0}", "")})"
                : $"for (int i = 0; i < {elements.Channels}; i += {step}, {walk.Replace("{0}", $"query += {step}, ")})"))
            {
                WriteProducts(writer, plan, elements, width, block, unrolled);
            }

            WriteScoreSums(writer, width, block);
        }
    }

    private static void WriteProducts(SourceWriter writer, PipelinePlan plan, StoredElements elements, LeafWidth width, LeafBlock block, int unrolled)
    {
        for (int step = 0; step < unrolled; step++)
        {
            if (step * elements.ElementBits % 32 == 0)
            {
                writer.WriteLine($"CacheLine.Prefetch({Expression.Plus("ahead", step * LeafWidth.TileFloats * elements.ElementBits / 8)});");
            }

            for (int part = 0; part < width.TileVectors; part++)
            {
                int offset = (step * LeafWidth.TileFloats) + (part * width.Lanes);
                string place = offset == 0 ? "key" : $"key + {CSharpLiteral.Of(offset)}";
                writer.WriteLine($"{Floats(width)} {KeyName(width, step, part)} = {elements.Load(width, "keys", place)};");
            }

            for (int member = 0; member < block.Members; member++)
            {
                string query = $"{Vector(width)}.Create({Query(plan, elements, member, step)})";
                if (width.TileVectors > 1)
                {
                    string name = $"query{CSharpLiteral.Of(step)}_{CSharpLiteral.Of(member)}";
                    writer.WriteLine($"{Floats(width)} {name} = {query};");
                    query = name;
                }

                for (int part = 0; part < width.TileVectors; part++)
                {
                    string sum = Sum(member, (step % block.ScoreSets * width.TileVectors) + part);
                    writer.WriteLine($"{sum} = {Vector(width)}.MultiplyAddEstimate({KeyName(width, step, part)}, {query}, {sum});");
                }
            }
        }
    }

    private static void WriteScoreSums(SourceWriter writer, LeafWidth width, LeafBlock block)
    {
        for (int member = 0; member < block.Members; member++)
        {
            for (int part = 0; part < width.TileVectors; part++)
            {
                string sum = string.Join(" + ", Enumerable.Range(0, block.ScoreSets).Select(set => Sum(member, (set * width.TileVectors) + part)));
                string place = member == 0 ? "scores" : $"scores + {Term(member, "Plan.ScoreStride")}";
                place = part == 0 ? place : $"{place} + {CSharpLiteral.Of(part * width.Lanes)}";
                writer.WriteLine(block.ScoreSets == 1 ? $"{sum}.Store({place});" : $"({sum}).Store({place});");
            }
        }
    }

    private static string KeyName(LeafWidth width, int step, int part)
        => "key" + CSharpLiteral.Of(step) + (width.TileVectors == 1 ? "" : "_" + CSharpLiteral.Of(part));

    /// <summary>An element of a query.</summary>
    private static string Query(PipelinePlan plan, StoredElements elements, int member, int step)
    {
        if (plan.Open)
        {
            string first = elements.Quantised ? "folded" : "queries";
            return $"{(member == 0 ? first : "query" + CSharpLiteral.Of(member))}[{Expression.Plus("i", step)}]";
        }

        string offset = member == 0 ? CSharpLiteral.Of(step) : Expression.Plus(Expression.Times(member, elements.Channels), step);
        return $"query[{offset}]";
    }
}
