using KvCompose.Generators.Planning;
using KvCompose.Shared;

namespace KvCompose.Generators.Emit;

/// <summary>The leaf loop of values: a value row is loaded once for the block; long rows go in parts whose accumulators fit the registers.</summary>
internal static partial class DecodeEmitter
{
    private static void WriteValueLoop(
        SourceWriter writer, PipelinePlan plan, StoredElements elements, LeafWidth width, LeafBlock block, string name, string parameters)
    {
        writer.WriteLine();
        writer.WriteLine("/// <summary>Adds the weighted values of a page's tokens to the accumulators of a block of heads.</summary>");
        writer.WriteLine(LeafAttribute + "]");
        using (writer.WriteBlock($"private static void {name}({PlanText.Parameter(plan)}{parameters})"))
        {
            if (plan.Open)
            {
                WriteValueParts(writer, plan, elements, width, block);
            }
            else if (block.ValueVectors[0] * width.Lanes < plan.HeadDim)
            {
                using (writer.WriteBlock($"for (int part = 0; part < Plan.HeadDim; part += {block.ValueVectors[0] * width.Lanes})"))
                {
                    WriteValuePart(writer, plan, elements, width, block, block.ValueVectors[0], "part");
                }
            }
            else
            {
                WriteValuePart(writer, plan, elements, width, block, block.ValueVectors[0], "");
            }
        }
    }

    /// <summary>As many long parts as a row has, then shorter ones for what is left of it.</summary>
    private static void WriteValueParts(SourceWriter writer, PipelinePlan plan, StoredElements elements, LeafWidth width, LeafBlock block)
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
            using (writer.WriteBlock($"for (; part <= headDim - {vectors * width.Lanes}; part += {vectors * width.Lanes})"))
            {
                WriteValuePart(writer, plan, elements, width, block, vectors, "part");
            }
        }
    }

    private static void WriteValuePart(SourceWriter writer, PipelinePlan plan, StoredElements elements, LeafWidth width, LeafBlock block, int vectors, string part)
    {
        for (int member = 0; member < block.Members; member++)
        {
            string names = string.Join(", ", Enumerable.Range(0, vectors).Select(
                vector => $"{Sum(member, vector)} = {Vector(width)}.Load({ValuePlace(plan, width, member, vector, part)})"));
            writer.WriteLine($"{Floats(width)} {names};");
        }

        string start = part.Length > 0 ? part : "0";
        writer.WriteLine("float* weight = weights;");
        writer.WriteLine($"nint row = {start};");
        using (writer.WriteBlock($"for (int token = 0; token < tokens; token++, weight++, row += {(plan.Open ? "headDim" : "Plan.HeadDim")})"))
        {
            if (elements.Quantised)
            {
                writer.WriteLine(plan.Open ? "uint code = codes[token];" : "uint code = ((uint*)(block + (Plan.ValueCodeOffset - Plan.ValueOffset)))[token];");
                writer.WriteLine(
                    $"{Floats(width)} scale = {Vector(width)}.Create(AffineCode.Scale(code)), zero = {Vector(width)}.Create(AffineCode.Zero(code));");
            }

            for (int vector = 0; vector < vectors; vector++)
            {
                string offset = vector == 0 ? "row" : $"row + {CSharpLiteral.Of(vector * width.Lanes)}";
                if (vector * width.Lanes * elements.ElementBits % (LeafWidth.TileFloats * 32) == 0)
                {
                    writer.WriteLine($"CacheLine.Prefetch(block + ({(vector == 0 ? offset : $"({offset})")} * {elements.Bits} / 8) + PrefetchBytes);");
                }

                writer.WriteLine($"{Floats(width)} value{vector} = {elements.Value(width, offset)};");
            }

            for (int member = 0; member < block.Members; member++)
            {
                writer.WriteLine($"{Floats(width)} weight{member} = {Vector(width)}.Create(weight[{Expression.Times(member, "Plan.ScoreStride")}]);");
                for (int vector = 0; vector < vectors; vector++)
                {
                    string sum = Sum(member, vector);
                    writer.WriteLine($"{sum} = {Vector(width)}.MultiplyAddEstimate(value{CSharpLiteral.Of(vector)}, weight{CSharpLiteral.Of(member)}, {sum});");
                }
            }
        }

        for (int member = 0; member < block.Members; member++)
        {
            for (int vector = 0; vector < vectors; vector++)
            {
                writer.WriteLine($"{Sum(member, vector)}.Store({ValuePlace(plan, width, member, vector, part)});");
            }
        }
    }

    /// <summary>Where a head's accumulators of a part of the row are.</summary>
    private static string ValuePlace(PipelinePlan plan, LeafWidth width, int member, int vector, string part)
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
            terms.Add(CSharpLiteral.Of(vector * width.Lanes));
        }

        return string.Join(" + ", terms);
    }
}
