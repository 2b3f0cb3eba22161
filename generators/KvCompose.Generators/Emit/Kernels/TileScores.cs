using KvCompose.Generators.Planning;
using KvCompose.Shared;

namespace KvCompose.Generators.Emit.Kernels;

/// <summary>
/// Writes the scores of one key tile by one warp, which all kernels that look at keys have in common. Lane (part, quad) takes
/// keys 4 quad … 4 quad + 3 over an eighth of the dimensions, straight from the page with 16-byte loads; three exchanges
/// between lanes sum the eighths and leave each lane with one key.
/// </summary>
internal static class TileScores
{
    /// <summary>Lanes whose exchange reaches every key of a tile once.</summary>
    public static readonly int[] KeyMasks = [1, 2, 8, 16];

    private static readonly string[] Elements = ["X", "Y", "Z", "W"];

    /// <summary>Which part of a tile a lane has.</summary>
    public static void WriteLane(KernelWriter writer, KernelPlan kernels)
    {
        writer.Line("int thread = Group.IdxX;");
        writer.Line("int warp = thread >> 5;");
        writer.Line("int lane = thread & 31;");
        writer.Line("int part = lane >> 2; // of the dimensions");
        writer.Line("bool upper = (lane & 16) != 0;");
        writer.Line("bool lower = (lane & 8) != 0;");
        writer.Line("int ownKey = (lane & 3) * 4 + (lane >> 4) * 2 + ((lane >> 3) & 1); // of the tile, once the parts are summed");
        writer.Line($"int keyOfLane = part * {4 * kernels.DimensionsAtOnce} + (lane & 3);");
    }

    /// <summary>Declares <c>key</c>, the place of the lane's first keys in <c>pool4</c>, and <c>page</c>.</summary>
    public static void WritePlace(KernelWriter writer)
    {
        writer.Line("long page = (long)pageTable[tableStart[head] + tile / PageTiles] * PageFloats4;");
        writer.Line("long key = page + tile % PageTiles * TileFloats4 + keyOfLane;");
    }

    /// <summary>Declares <c>score0</c> … for as many queries in <c>own</c>, shared memory of [queries][HeadDim].</summary>
    public static void Write(KernelWriter writer, PipelinePlan plan, KernelPlan kernels, int queries)
    {
        int width = kernels.DimensionsAtOnce;
        int steps = plan.HeadDim / (KernelPlan.DimensionParts * width);
        for (int query = 0; query < queries; query++)
        {
            string zeros = string.Join(", ", Elements.Select(element => Dot(query, element) + " = 0"));
            writer.Line($"float {zeros};");
        }

        for (int step = 0; step < steps; step++)
        {
            for (int i = 0; i < width; i++)
            {
                int offset = (4 * KernelPlan.DimensionParts * width * step) + (4 * i);
                writer.Line($"Float4 k{Place(step, i)} = pool4[key + {offset}];");
            }

            for (int query = 0; query < queries; query++)
            {
                WriteProducts(writer, plan, width, step, query);
            }
        }

        writer.Line();
        writer.Line("// Lanes 16 and 8 apart halve their keys, lanes 4 apart share the last one: every lane ends with the whole score of its key.");
        for (int query = 0; query < queries; query++)
        {
            WriteSum(writer, query);
        }
    }

    /// <summary>Declares <c>norm</c>, the norm of the lane's key.</summary>
    public static void WriteNorm(KernelWriter writer, PipelinePlan plan, KernelPlan kernels)
    {
        int width = kernels.DimensionsAtOnce;
        string zeros = string.Join(", ", Elements.Select(static element => "norm" + element + " = 0"));
        writer.Line($"float {zeros};");
        for (int element = 0; element < plan.HeadDim / KernelPlan.DimensionParts; element++)
        {
            int offset = (4 * KernelPlan.DimensionParts * width * (element / width)) + (4 * (element % width));
            writer.Line($"Float4 e{element} = pool4[key + {offset}];");
            foreach (string name in Elements)
            {
                writer.Line($"norm{name} += e{element}.{name} * e{element}.{name};");
            }
        }

        WriteSum(writer, "norm", "squares");
        writer.Line("float norm = XMath.Sqrt(squares);");
    }

    private static void WriteProducts(KernelWriter writer, PipelinePlan plan, int width, int step, int query)
    {
        string q = "q" + CSharpLiteral.Of(query) + "x" + CSharpLiteral.Of(step);
        int index = KernelPlan.DimensionParts * step;
        writer.Line(width == 1
            ? $"float {q} = own[part + {CSharpLiteral.Of((query * plan.HeadDim) + index)}];"
            : $"Float4 {q} = own4[part + {CSharpLiteral.Of((query * plan.HeadDim / 4) + index)}];");
        foreach (string element in Elements)
        {
            string products = string.Join(" + ", Enumerable.Range(0, width).Select(i =>
                q + (width == 1 ? "" : "." + Elements[i]) + " * k" + Place(step, i) + "." + element));
            writer.Line($"{Dot(query, element)} = {Dot(query, element)} + {products};");
        }
    }

    private static void WriteSum(KernelWriter writer, int query)
        => WriteSum(writer, "dot" + CSharpLiteral.Of(query), "score" + CSharpLiteral.Of(query));

    private static void WriteSum(KernelWriter writer, string dot, string sum)
    {
        writer.Line($"float {dot}GiveFirst = upper ? {dot}X : {dot}Z;");
        writer.ShuffleXor("float", dot + "GotFirst", dot + "GiveFirst", 16);
        writer.Line($"float {dot}First = (upper ? {dot}Z : {dot}X) + {dot}GotFirst;");
        writer.Line($"float {dot}GiveSecond = upper ? {dot}Y : {dot}W;");
        writer.ShuffleXor("float", dot + "GotSecond", dot + "GiveSecond", 16);
        writer.Line($"float {dot}Second = (upper ? {dot}W : {dot}Y) + {dot}GotSecond;");
        writer.Line($"float {dot}Give = lower ? {dot}First : {dot}Second;");
        writer.ShuffleXor("float", dot + "Got", dot + "Give", 8);
        writer.Line($"float {dot}Half = (lower ? {dot}Second : {dot}First) + {dot}Got;");
        writer.ShuffleXor("float", dot + "Rest", dot + "Half", 4);
        writer.Line($"float {sum} = {dot}Half + {dot}Rest;");
    }

    private static string Dot(int query, string element) => "dot" + CSharpLiteral.Of(query) + element;

    private static string Place(int step, int i) => CSharpLiteral.Of(step) + Elements[i];
}
