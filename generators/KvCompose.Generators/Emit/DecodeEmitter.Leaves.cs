using KvCompose.Generators.Planning;
using KvCompose.Shared;

namespace KvCompose.Generators.Emit;

/// <summary>The two leaf loops that read the cache: scores of key tiles, and sums of value rows.</summary>
internal static partial class DecodeEmitter
{
    private const int Lanes = 16;

    /// <summary>Dimensions written out in the body of the score loop, where they divide those of a key.</summary>
    private const int UnrolledDimensions = 8;

    /// <summary>Every key vector is loaded once for all query heads of the group; dimensions alternate between accumulator sets.</summary>
    private static void WriteScores(SourceWriter writer, PipelinePlan plan, StoredElements elements)
    {
        string what = elements.Quantised ? "quantised key tiles" : elements.KeyChannels < plan.HeadDim ? "pruned key tiles" : "key tiles";
        writer.WriteLine($"/// <summary>Scores of {PlanSummary.Heads(plan.GroupSize)} over {what}: 16 keys a vector, one dimension at a time.</summary>");
        writer.WriteLine($"[MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization){(elements.Quantised ? ", SkipLocalsInit" : "")}]");
        using (writer.WriteBlock($"private static void Score{elements.Suffix}(byte* keys, int tiles, float* queries, float* scores)"))
        {
            if (elements.Quantised)
            {
                WriteFolding(writer, plan);
            }

            WriteTiles(writer, plan, elements);
        }
    }

    /// <summary>Keys stay codes: their scales go into the queries, their zero points into what each of them starts from.</summary>
    private static void WriteFolding(SourceWriter writer, PipelinePlan plan)
    {
        writer.WriteLine("""
            // Scales go into the queries, zero points into what every score of the page starts from.
            uint* codes = (uint*)(keys + Plan.KeyCodeOffset);
            float* folded = stackalloc float[Plan.GroupSize * Plan.HeadDim];
            """);
        for (int member = 0; member < plan.GroupSize; member++)
        {
            string offset = member == 0 ? "" : $" + {Term(member, "Plan.HeadDim")}";
            writer.WriteLine($"Vector512<float> start{member} = Vector512.Create(AffineCode.Fold(codes, queries{offset}, folded{offset}, Plan.HeadDim));");
        }
    }

    private static void WriteTiles(SourceWriter writer, PipelinePlan plan, StoredElements elements)
    {
        int unrolled = elements.KeyChannels % UnrolledDimensions == 0 ? UnrolledDimensions : UnrolledDimensions / 2;
        using (writer.WriteBlock("for (int tile = 0; tile < tiles; tile++, scores += 16)"))
        {
            writer.WriteLine($"nint key = (nint)tile * 16 * {elements.Channels};");
            writer.WriteLine($"byte* ahead = keys + (key * {elements.Bits} / 8) + PrefetchBytes;");
            for (int member = 0; member < plan.GroupSize; member++)
            {
                string names = string.Join(", ", Enumerable.Range(0, plan.Decode.ScoreSets).Select(
                    set => Sum(member, set) + " = " + (elements.Quantised && set == 0 ? $"start{CSharpLiteral.Of(member)}" : "Vector512<float>.Zero")));
                writer.WriteLine($"Vector512<float> {names};");
            }

            // Pointers that walk with constant displacements: an index would be widened at every access.
            writer.WriteLine($"float* query = {(elements.Quantised ? "folded" : "queries")};");
            using (writer.WriteBlock($"for (int i = 0; i < {elements.Channels}; i += {unrolled}, key += {unrolled * Lanes}, query += {unrolled}, ahead += {unrolled * Lanes * elements.ElementBits / 8})"))
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
                    for (int member = 0; member < plan.GroupSize; member++)
                    {
                        string sum = Sum(member, step % plan.Decode.ScoreSets);
                        writer.WriteLine($"{sum} = Vector512.MultiplyAddEstimate({vector}, Vector512.Create(query[{Offset(elements, member, step)}]), {sum});");
                    }
                }
            }

            for (int member = 0; member < plan.GroupSize; member++)
            {
                string sum = string.Join(" + ", Enumerable.Range(0, plan.Decode.ScoreSets).Select(set => Sum(member, set)));
                string place = member == 0 ? "scores" : $"scores + {Term(member, "Plan.ScoreStride")}";
                writer.WriteLine(plan.Decode.ScoreSets == 1 ? $"{sum}.Store({place});" : $"({sum}).Store({place});");
            }
        }
    }

    /// <summary>A value row is loaded once for the group; long rows go in parts whose accumulators fit the registers.</summary>
    private static void WriteValues(SourceWriter writer, PipelinePlan plan, StoredElements elements)
    {
        writer.WriteLine("/// <summary>Adds the weighted values of a page's tokens to the group's accumulators.</summary>");
        writer.WriteLine("[MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]");
        using (writer.WriteBlock($"private static void Accumulate{elements.Suffix}(byte* block, int tokens, float* weights, float* values)"))
        {
            bool parts = plan.Decode.ValueVectors * Lanes < plan.HeadDim;
            if (parts)
            {
                using (writer.WriteBlock($"for (int part = 0; part < Plan.HeadDim; part += {plan.Decode.ValueVectors * Lanes})"))
                {
                    WriteValuePart(writer, plan, elements, "part");
                }
            }
            else
            {
                WriteValuePart(writer, plan, elements, "");
            }
        }
    }

    private static void WriteValuePart(SourceWriter writer, PipelinePlan plan, StoredElements elements, string part)
    {
        string At(int member, int vector)
        {
            var terms = new List<string> { "values" };
            if (member > 0)
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

        for (int member = 0; member < plan.GroupSize; member++)
        {
            string names = string.Join(", ", Enumerable.Range(0, plan.Decode.ValueVectors).Select(vector => $"{Sum(member, vector)} = Vector512.Load({At(member, vector)})"));
            writer.WriteLine($"Vector512<float> {names};");
        }

        string start = part.Length > 0 ? part : "0";
        writer.WriteLine("float* weight = weights;");
        writer.WriteLine($"nint row = {start};");
        using (writer.WriteBlock("for (int token = 0; token < tokens; token++, weight++, row += Plan.HeadDim)"))
        {
            if (elements.Quantised)
            {
                writer.WriteLine("uint code = ((uint*)(block + (Plan.ValueCodeOffset - Plan.ValueOffset)))[token];");
                writer.WriteLine("Vector512<float> scale = Vector512.Create(AffineCode.Scale(code)), zero = Vector512.Create(AffineCode.Zero(code));");
            }

            for (int vector = 0; vector < plan.Decode.ValueVectors; vector++)
            {
                if (vector * elements.ElementBits % 32 == 0)
                {
                    writer.WriteLine($"CacheLine.Prefetch(block + ({(vector == 0 ? "row" : $"(row + {CSharpLiteral.Of(vector * Lanes)})")} * {elements.Bits} / 8) + PrefetchBytes);");
                }

                string offset = vector == 0 ? "row" : $"row + {CSharpLiteral.Of(vector * Lanes)}";
                writer.WriteLine($"Vector512<float> value{vector} = {elements.Value(offset)};");
            }

            for (int member = 0; member < plan.GroupSize; member++)
            {
                string place = Expression.Times(member, "Plan.ScoreStride");
                writer.WriteLine($"Vector512<float> weight{member} = Vector512.Create(weight[{place}]);");
                for (int vector = 0; vector < plan.Decode.ValueVectors; vector++)
                {
                    string sum = Sum(member, vector);
                    writer.WriteLine($"{sum} = Vector512.MultiplyAddEstimate(value{CSharpLiteral.Of(vector)}, weight{CSharpLiteral.Of(member)}, {sum});");
                }
            }
        }

        for (int member = 0; member < plan.GroupSize; member++)
        {
            for (int vector = 0; vector < plan.Decode.ValueVectors; vector++)
            {
                writer.WriteLine($"{Sum(member, vector)}.Store({At(member, vector)});");
            }
        }
    }

    private static string Offset(StoredElements elements, int member, int step) => (member, step) switch
    {
        (0, _) => CSharpLiteral.Of(step),
        _ => Expression.Plus(Expression.Times(member, elements.Channels), step),
    };

    /// <summary>A product as the term of a sum.</summary>
    private static string Term(int member, string stride) => member == 1 ? stride : $"({Expression.Times(member, stride)})";

    private static string Sum(int member, int set) => $"sum{CSharpLiteral.Of(member)}_{CSharpLiteral.Of(set)}";
}
