using KvCompose.Generators.Planning;
using KvCompose.Shared;

namespace KvCompose.Generators.Emit;

/// <summary>
/// The two leaf loops that read the cache: scores of key tiles, and sums of value rows. Where the shape is stated there is one of each, for the whole
/// group. An open pipeline has one for each number of heads of a block, and the group is made of blocks.
/// </summary>
internal static partial class DecodeEmitter
{
    private const int Lanes = 16;

    /// <summary>Dimensions written out in the body of the score loop, where they divide those of a key.</summary>
    private const int UnrolledDimensions = 8;

    /// <summary>Every key vector is loaded once for all query heads of the block; dimensions alternate between accumulator sets.</summary>
    private static void WriteScores(SourceWriter writer, PipelinePlan plan, StoredElements elements)
    {
        foreach (LeafBlock block in plan.Decode.Blocks)
        {
            string what = elements.Quantised ? "quantised key tiles" : elements.Pruned ? "pruned key tiles" : "key tiles";
            writer.WriteLine();
            writer.WriteLine($"/// <summary>Scores of {PlanSummary.Heads(block.Members)} over {what}: 16 keys a vector, one dimension at a time.</summary>");
            writer.WriteLine($"[MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization){(elements.Quantised ? ", SkipLocalsInit" : "")}]");
            using (writer.WriteBlock(
                $"private static void Score{elements.Suffix}{BlockName(plan, block)}({PlanText.Parameter(plan)}byte* keys, int tiles, float* queries, float* scores)"))
            {
                if (plan.Open)
                {
                    writer.WriteLine($"nint channels = {elements.Channels};");
                }

                if (elements.Quantised)
                {
                    WriteFolding(writer, plan, block);
                }

                WriteTiles(writer, plan, elements, block);
            }
        }

        if (plan.Open)
        {
            WriteBlocks(writer, plan, "Scores of the group over key tiles.", "Score" + elements.Suffix, "byte* keys, int tiles, float* queries, float* scores",
                $"keys, tiles, queries + (member * {elements.Channels}), scores + (member * Plan.ScoreStride)");
        }
    }

    /// <summary>Calls the loop of a number of heads, block by block: 7 heads are 4 and 3.</summary>
    private static void WriteBlocks(SourceWriter writer, PipelinePlan plan, string summary, string name, string parameters, string arguments)
    {
        int most = plan.Decode.Blocks[0].Members;
        writer.WriteLine();
        writer.WriteLine($"/// <summary>{summary}</summary>");
        using (writer.WriteBlock($"private static void {name}({PlanText.Parameter(plan)}{parameters})"))
        {
            writer.WriteLine("int member = 0;");
            using (writer.WriteBlock($"for (; member <= Plan.GroupSize - {most}; member += {most})"))
            {
                writer.WriteLine($"{name}{most}({PlanText.Argument(plan)}{arguments});");
            }

            writer.WriteLine();
            using (writer.WriteBlock("switch (Plan.GroupSize - member)"))
            {
                foreach (LeafBlock block in plan.Decode.Blocks.Skip(1))
                {
                    writer.WriteLine($"""
                        case {block.Members}:
                            {name}{block.Members}({PlanText.Argument(plan)}{arguments});
                            break;
                        """);
                }
            }
        }
    }

    private static string BlockName(PipelinePlan plan, LeafBlock block) => plan.Open ? CSharpLiteral.Of(block.Members) : "";

    /// <summary>Keys stay codes: their scales go into the queries, their zero points into what each of them starts from.</summary>
    private static void WriteFolding(SourceWriter writer, PipelinePlan plan, LeafBlock block)
    {
        string heads = plan.Open ? CSharpLiteral.Of(block.Members) : "Plan.GroupSize", channels = plan.Open ? "(int)channels" : "Plan.HeadDim";
        writer.WriteLine($"""
            // Scales go into the queries, zero points into what every score of the page starts from.
            uint* codes = (uint*)(keys + Plan.KeyCodeOffset);
            float* folded = stackalloc float[{heads} * {channels}];
            """);
        for (int member = 0; member < block.Members; member++)
        {
            string offset = member == 0 ? "" : $" + {Term(member, plan.Open ? "channels" : "Plan.HeadDim")}";
            writer.WriteLine($"Vector512<float> start{member} = Vector512.Create(AffineCode.Fold(codes, queries{offset}, folded{offset}, {channels}));");
        }
    }

    private static void WriteTiles(SourceWriter writer, PipelinePlan plan, StoredElements elements, LeafBlock block)
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
                string names = string.Join(", ", Enumerable.Range(0, block.ScoreSets).Select(
                    set => Sum(member, set) + " = " + (elements.Quantised && set == 0 ? $"start{CSharpLiteral.Of(member)}" : "Vector512<float>.Zero")));
                writer.WriteLine($"Vector512<float> {names};");
            }

            string walk = $"key += {CSharpLiteral.Of(unrolled * Lanes)}, {{0}}ahead += {CSharpLiteral.Of(unrolled * Lanes * elements.ElementBits / 8)}";
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
                WriteProducts(writer, plan, elements, block, unrolled);
            }

            for (int member = 0; member < block.Members; member++)
            {
                string sum = string.Join(" + ", Enumerable.Range(0, block.ScoreSets).Select(set => Sum(member, set)));
                string place = member == 0 ? "scores" : $"scores + {Term(member, "Plan.ScoreStride")}";
                writer.WriteLine(block.ScoreSets == 1 ? $"{sum}.Store({place});" : $"({sum}).Store({place});");
            }
        }
    }

    private static void WriteProducts(SourceWriter writer, PipelinePlan plan, StoredElements elements, LeafBlock block, int unrolled)
    {
        for (int step = 0; step < unrolled; step++)
        {
            string vector = "key" + CSharpLiteral.Of(step);
            string place = step == 0 ? "key" : $"key + {CSharpLiteral.Of(step * Lanes)}";
            if (step * elements.ElementBits % 32 == 0)
            {
                writer.WriteLine($"CacheLine.Prefetch({Expression.Plus("ahead", step * Lanes * elements.ElementBits / 8)});");
            }

            writer.WriteLine($"Vector512<float> {vector} = {elements.Type}.Load(keys, {place});");
            for (int member = 0; member < block.Members; member++)
            {
                string sum = Sum(member, step % block.ScoreSets);
                writer.WriteLine($"{sum} = Vector512.MultiplyAddEstimate({vector}, Vector512.Create({Query(plan, elements, member, step)}), {sum});");
            }
        }
    }

    /// <summary>A value row is loaded once for the block; long rows go in parts whose accumulators fit the registers.</summary>
    private static void WriteValues(SourceWriter writer, PipelinePlan plan, StoredElements elements)
    {
        foreach (LeafBlock block in plan.Decode.Blocks)
        {
            writer.WriteLine();
            writer.WriteLine("/// <summary>Adds the weighted values of a page's tokens to the group's accumulators.</summary>");
            writer.WriteLine("[MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]");
            using (writer.WriteBlock(
                $"private static void Accumulate{elements.Suffix}{BlockName(plan, block)}({PlanText.Parameter(plan)}byte* block, int tokens, float* weights, float* values)"))
            {
                if (plan.Open)
                {
                    WriteValueParts(writer, plan, elements, block);
                }
                else if (block.ValueVectors[0] * Lanes < plan.HeadDim)
                {
                    using (writer.WriteBlock($"for (int part = 0; part < Plan.HeadDim; part += {block.ValueVectors[0] * Lanes})"))
                    {
                        WriteValuePart(writer, plan, elements, block, block.ValueVectors[0], "part");
                    }
                }
                else
                {
                    WriteValuePart(writer, plan, elements, block, block.ValueVectors[0], "");
                }
            }
        }

        if (plan.Open)
        {
            WriteBlocks(writer, plan, "Adds the weighted values of a page's tokens to the group's accumulators.", "Accumulate" + elements.Suffix,
                "byte* block, int tokens, float* weights, float* values", "block, tokens, weights + (member * Plan.ScoreStride), values + (member * Plan.HeadDim)");
        }
    }

    /// <summary>As many long parts as a row has, then shorter ones for what is left of it.</summary>
    private static void WriteValueParts(SourceWriter writer, PipelinePlan plan, StoredElements elements, LeafBlock block)
    {
        writer.WriteLine("nint headDim = Plan.HeadDim, part = 0;");
        if (elements.Quantised)
        {
            writer.WriteLine("uint* codes = (uint*)(block + (Plan.ValueCodeOffset - Plan.ValueOffset));");
        }

        for (int member = 1; member < block.Members; member++)
        {
            writer.WriteLine($"float* values{member} = {(member == 1 ? "values" : "values" + CSharpLiteral.Of(member - 1))} + headDim;");
        }

        foreach (int vectors in block.ValueVectors)
        {
            using (writer.WriteBlock($"for (; part <= headDim - {vectors * Lanes}; part += {vectors * Lanes})"))
            {
                WriteValuePart(writer, plan, elements, block, vectors, "part");
            }
        }
    }

    private static void WriteValuePart(SourceWriter writer, PipelinePlan plan, StoredElements elements, LeafBlock block, int vectors, string part)
    {
        string At(int member, int vector)
        {
            var terms = new List<string> { plan.Open && member > 0 ? "values" + CSharpLiteral.Of(member) : "values" };
            if (member > 0 && !plan.Open)
            {
                terms.Add(Term(member, "Plan.HeadDim"));
            }

            if (part.Length > 0)
            {
                terms.Add(part);
            }

            if (vector > 0)
            {
                terms.Add(CSharpLiteral.Of(vector * Lanes));
            }

            return string.Join(" + ", terms);
        }

        for (int member = 0; member < block.Members; member++)
        {
            string names = string.Join(", ", Enumerable.Range(0, vectors).Select(vector => $"{Sum(member, vector)} = Vector512.Load({At(member, vector)})"));
            writer.WriteLine($"Vector512<float> {names};");
        }

        string start = part.Length > 0 ? part : "0";
        writer.WriteLine("float* weight = weights;");
        writer.WriteLine($"nint row = {start};");
        using (writer.WriteBlock($"for (int token = 0; token < tokens; token++, weight++, row += {(plan.Open ? "headDim" : "Plan.HeadDim")})"))
        {
            if (elements.Quantised)
            {
                writer.WriteLine(plan.Open ? "uint code = codes[token];" : "uint code = ((uint*)(block + (Plan.ValueCodeOffset - Plan.ValueOffset)))[token];");
                writer.WriteLine("Vector512<float> scale = Vector512.Create(AffineCode.Scale(code)), zero = Vector512.Create(AffineCode.Zero(code));");
            }

            for (int vector = 0; vector < vectors; vector++)
            {
                if (vector * elements.ElementBits % 32 == 0)
                {
                    writer.WriteLine($"CacheLine.Prefetch(block + ({(vector == 0 ? "row" : $"(row + {CSharpLiteral.Of(vector * Lanes)})")} * {elements.Bits} / 8) + PrefetchBytes);");
                }

                string offset = vector == 0 ? "row" : $"row + {CSharpLiteral.Of(vector * Lanes)}";
                writer.WriteLine($"Vector512<float> value{vector} = {elements.Value(offset)};");
            }

            for (int member = 0; member < block.Members; member++)
            {
                string place = Expression.Times(member, "Plan.ScoreStride");
                writer.WriteLine($"Vector512<float> weight{member} = Vector512.Create(weight[{place}]);");
                for (int vector = 0; vector < vectors; vector++)
                {
                    string sum = Sum(member, vector);
                    writer.WriteLine($"{sum} = Vector512.MultiplyAddEstimate(value{CSharpLiteral.Of(vector)}, weight{CSharpLiteral.Of(member)}, {sum});");
                }
            }
        }

        for (int member = 0; member < block.Members; member++)
        {
            for (int vector = 0; vector < vectors; vector++)
            {
                writer.WriteLine($"{Sum(member, vector)}.Store({At(member, vector)});");
            }
        }
    }

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

    /// <summary>A product as the term of a sum.</summary>
    private static string Term(int member, string stride) => member == 1 ? stride : $"({Expression.Times(member, stride)})";

    private static string Sum(int member, int set) => $"sum{CSharpLiteral.Of(member)}_{CSharpLiteral.Of(set)}";
}
