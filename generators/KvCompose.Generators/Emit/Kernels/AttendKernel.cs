using KvCompose.Generators.Planning;
using KvCompose.Shared;

namespace KvCompose.Generators.Emit.Kernels;

/// <summary>
/// Writes attention of one decode step: a warp walks every fourth key tile of its group's share with a running softmax of its
/// own, keys and values come straight from the pages and are read once for all query heads of the group, and the warps'
/// results are joined in shared memory at the end.
/// </summary>
internal static class AttendKernel
{
    private static readonly string[] Elements = ["X", "Y", "Z", "W"];

    public static Kernel Of(PipelinePlan plan, KernelPlan kernels) => new(
        "AttendKernel",
        "One share of one key-value head's tokens. Group (share, head, block of query heads).",
        [
            KernelParameter.Pool, KernelParameter.PageTable, KernelParameter.TableStart, plan.Pages.Layout.HasPerPageCounts ? KernelParameter.Slots : KernelParameter.Tokens,
            KernelParameter.Floats("queries", "[heads][GroupSize][HeadDim], rotated."),
            KernelParameter.Floats("partial", "[heads][shares][GroupSize][HeadDim], outputs before division."),
            KernelParameter.Floats("statistics", "[heads][shares][GroupSize][2], maximum of the scores and sum of the exponentials."),
            .. plan.Decode.Monitors ? (KernelParameter[])[Watched] : [],
            .. plan.Decode.LeavesLogits ? (KernelParameter[])[Logits, KernelParameter.Stride] : [],
        ],
        Synchronises: true,
        writer => WriteBody(writer, plan, kernels));

    /// <summary>What the eviction or the monitor of the same step reads.</summary>
    public static KernelParameter Logits { get; } = KernelParameter.Floats("logits", "[heads][GroupSize][stride], the step's scores of each slot; of watched heads alone where heads are watched.");

    /// <summary>Which heads leave their scores behind.</summary>
    public static KernelParameter Watched { get; } = KernelParameter.Ints("watched", "[heads], the number of a watched head, −1 for others.");

    private static void WriteBody(KernelWriter writer, PipelinePlan plan, KernelPlan kernels)
    {
        WriteSetUp(writer, plan, kernels);
        writer.Line();
        using (writer.Block($"for (int start = first; start < end; start += {KernelPlan.Warps})"))
        {
            writer.Line("int tile = start + warp;");
            if (plan.Pages.Layout.HasPerPageCounts)
            {
                WriteValid(writer);
            }
            else
            {
                writer.Line("int left = count - tile * 16; // tokens from the tile's start on");
            }

            string any = plan.Pages.Layout.HasPerPageCounts ? "left > 0" : "tile < end";
            using (writer.Block($"if ({any})"))
            {
                writer.Line("// Scores of 16 keys under every query head.");
                TileScores.WritePlace(writer);
                TileScores.Write(writer, plan, kernels, kernels.Members);
                writer.Line();
                writer.Line("// Running softmax; the probabilities go to the lanes that need them.");
                for (int member = 0; member < kernels.Members; member++)
                {
                    WriteSoftmax(writer, kernels, member);
                }

                if (plan.Decode.LeavesLogits)
                {
                    WriteLogits(writer, plan, kernels);
                }
            }

            writer.Line();
            writer.Barrier();
            writer.Line();
            string idle = Idle(plan, kernels) ? " && valuePart < ValueParts" : "";
            using (writer.Block($"if ({any}{idle})"))
            {
                WriteValues(writer, plan, kernels);
            }

            writer.Line();
            writer.Line("turn = ProbabilityFloats - turn; // the other half, so that one barrier a tile is enough");
        }

        writer.Line();
        WriteJoin(writer, plan, kernels);
    }

    private static void WriteSetUp(KernelWriter writer, PipelinePlan plan, KernelPlan kernels)
    {
        writer.Line($"""
            const int Members = {kernels.Members}; // query heads of this group
            const int ValueParts = {kernels.ValueParts};
            const int ProbabilityFloats = {KernelPlan.Warps * KernelPlan.TileTokens} * Members;
            ArrayView<float> own = SharedMemory.Allocate<float>(Members * HeadDim);
            ArrayView<float> probabilities = SharedMemory.Allocate<float>(2 * ProbabilityFloats); // [turn][warp][member][key]
            ArrayView<float> outputs = SharedMemory.Allocate<float>({KernelPlan.Warps} * ValueParts * Members * HeadDim); // [warp][part][member][dimension]
            ArrayView<float> warpStatistics = SharedMemory.Allocate<float>({KernelPlan.Warps} * Members * 2);
            ArrayView<Float4> probabilities4 = probabilities.Cast<Float4>();
            ArrayView<Float4> outputs4 = outputs.Cast<Float4>();
            ArrayView<Float4> pool4 = pool.Cast<Float4>();
            ArrayView<Float4> partial4 = partial.Cast<Float4>();
            """);
        if (kernels.DimensionsAtOnce > 1)
        {
            writer.Line("ArrayView<Float4> own4 = own.Cast<Float4>();");
        }

        TileScores.WriteLane(writer, kernels);
        int columns = plan.HeadDim / 4;
        if (kernels.ColumnsPerLane == 2)
        {
            writer.Line("int column = lane;");
            writer.Line("int otherColumn = IntrinsicMath.Min(lane + 32, Columns - 1);");
        }
        else if (columns == 32)
        {
            writer.Line("int column = lane;");
        }
        else
        {
            writer.Line("int column = lane % Columns;");
            writer.Line("int valuePart = lane / Columns;");
        }

        writer.Line("""

            int head = Grid.IdxY;
            int firstMember = Grid.IdxZ * Members;
            int count = tokens[head];
            int tiles = (count + 15) / 16;
            int share = (tiles + Grid.DimX - 1) / Grid.DimX;
            int first = Grid.IdxX * share;
            int end = IntrinsicMath.Min(first + share, tiles);

            // The queries come into shared memory, scaled by 1/√d.
            """);
        using (writer.Block($"for (int element = thread; element < Members * HeadDim; element += {KernelPlan.Threads})"))
        {
            string member = Ragged(plan, kernels)
                ? "IntrinsicMath.Min(firstMember + element / HeadDim, GroupSize - 1)"
                : "firstMember + element / HeadDim";
            writer.Line($"int member = {member};");
            writer.Line("own[element] = queries[((long)head * GroupSize + member) * HeadDim + element % HeadDim] * Scale;");
        }

        writer.Line();
        writer.Barrier();
        writer.Line("int turn = 0;");
        for (int member = 0; member < kernels.Members; member++)
        {
            writer.Line($"float maximum{member} = float.NegativeInfinity, sum{member} = 0;");
            foreach (string name in OutputNames(kernels, member))
            {
                writer.Line($"float {name}X = 0, {name}Y = 0, {name}Z = 0, {name}W = 0;");
            }
        }
    }

    /// <summary>Pages brought in are not always full.</summary>
    private static void WriteValid(KernelWriter writer)
    {
        writer.Line("int left = 0; // valid tokens of the page from the tile's start on");
        using (writer.Block("if (tile < end)"))
        {
            writer.Line("long holder = (long)pageTable[tableStart[head] + tile / PageTiles] * PageFloats;");
            writer.Line("left = (int)Interop.FloatAsInt(pool[holder + PageCount]) - tile % PageTiles * 16;");
        }

        writer.Line();
    }

    private static void WriteSoftmax(KernelWriter writer, KernelPlan kernels, int member)
    {
        writer.Line($"float masked{member} = ownKey < left ? score{member} : float.NegativeInfinity;");
        string top = "masked" + CSharpLiteral.Of(member);
        foreach (int mask in TileScores.KeyMasks)
        {
            string next = $"top{CSharpLiteral.Of(member)}Of{CSharpLiteral.Of(mask)}";
            writer.ShuffleXor("float", next + "Other", top, mask);
            writer.Line($"float {next} = XMath.Max({top}, {next}Other);");
            top = next;
        }

        writer.Line($"float higher{member} = XMath.Max(maximum{member}, {top});");
        writer.Line($"float rescale{member} = XMath.Exp(maximum{member} - higher{member});");
        writer.Line($"float probability{member} = XMath.Exp(masked{member} - higher{member});");
        writer.Line($"sum{member} = sum{member} * rescale{member} + probability{member};");
        writer.Line($"maximum{member} = higher{member};");
        foreach (string name in OutputNames(kernels, member))
        {
            foreach (string element in Elements)
            {
                writer.Line($"{name}{element} *= rescale{member};");
            }
        }

        using (writer.Block("if ((lane & 4) == 0)"))
        {
            writer.Line($"probabilities[turn + (warp * Members + {member}) * 16 + ownKey] = probability{member};");
        }
    }

    private static void WriteLogits(KernelWriter writer, PipelinePlan plan, KernelPlan kernels)
    {
        writer.Line();
        writer.Line($"// The scores stay for the {(plan.Decode.Evicts ? "eviction" : "monitor")}.");
        string leaves = plan.Decode.Monitors ? " && watched[head] >= 0" : "", row = plan.Decode.Monitors ? "watched[head]" : "head";
        using (writer.Block($"if ((lane & 4) == 0 && ownKey < left{leaves})"))
        {
            for (int member = 0; member < kernels.Members; member++)
            {
                string store = $"logits[((long){row} * GroupSize + firstMember + {CSharpLiteral.Of(member)}) * stride + tile * 16 + ownKey] = score{CSharpLiteral.Of(member)};";
                if (Ragged(plan, kernels))
                {
                    using (writer.Block($"if (firstMember + {member} < GroupSize)"))
                    {
                        writer.Line(store);
                    }
                }
                else
                {
                    writer.Line(store);
                }
            }
        }
    }

    private static void WriteValues(KernelWriter writer, PipelinePlan plan, KernelPlan kernels)
    {
        int keys = KernelPlan.TileTokens / kernels.ValueParts;
        bool parts = HasParts(plan, kernels);
        writer.Line("// Values, four keys at a time. Slots beyond the last token hold anything, so its row stands for theirs, with probability 0.");
        writer.Line("long values = (long)pageTable[tableStart[head] + tile / PageTiles] * PageFloats4 + PageKeys4 + tile % PageTiles * TileFloats4;");
        writer.Line(parts ? "int firstKey = valuePart * " + CSharpLiteral.Of(keys) + ";" : "int firstKey = 0;");
        using (writer.Block($"for (int four = firstKey; four < firstKey + {keys}; four += 4)"))
        {
            for (int member = 0; member < kernels.Members; member++)
            {
                writer.Line($"Float4 p{member} = probabilities4[(turn + (warp * Members + {member}) * 16 + four) / 4];");
            }

            for (int i = 0; i < 4; i++)
            {
                string element = Elements[i];
                string row = "row" + element;
                writer.Line($"long {row} = values + IntrinsicMath.Min(four + {i}, left - 1) * Columns;");
                writer.Line($"Float4 v{element} = pool4[{row} + column];");
                if (kernels.ColumnsPerLane == 2)
                {
                    writer.Line($"Float4 w{element} = pool4[{row} + otherColumn];");
                }

                for (int member = 0; member < kernels.Members; member++)
                {
                    string[] names = OutputNames(kernels, member);
                    WriteProducts(writer, names[0], member, element, "v");
                    if (names.Length > 1)
                    {
                        WriteProducts(writer, names[1], member, element, "w");
                    }
                }
            }
        }
    }

    private static void WriteProducts(KernelWriter writer, string output, int member, string key, string value)
    {
        foreach (string element in Elements)
        {
            writer.Line($"{output}{element} += p{member}.{key} * {value}{key}.{element};");
        }
    }

    private static void WriteJoin(KernelWriter writer, PipelinePlan plan, KernelPlan kernels)
    {
        writer.Line("// The warps' results are joined.");
        for (int member = 0; member < kernels.Members; member++)
        {
            foreach (int mask in TileScores.KeyMasks)
            {
                writer.ShuffleXor("float", $"sum{CSharpLiteral.Of(member)}Of{CSharpLiteral.Of(mask)}", "sum" + CSharpLiteral.Of(member), mask);
                writer.Line($"sum{member} += sum{member}Of{mask};");
            }

            using (writer.Block("if (lane == 0)"))
            {
                writer.Line($"warpStatistics[(warp * Members + {member}) * 2] = maximum{member};");
                writer.Line($"warpStatistics[(warp * Members + {member}) * 2 + 1] = sum{member};");
            }
        }

        string part = HasParts(plan, kernels) ? "warp * ValueParts + valuePart" : "warp";
        if (Idle(plan, kernels))
        {
            using (writer.Block("if (valuePart < ValueParts)"))
            {
                WriteOutputs(writer, plan, kernels, part);
            }
        }
        else
        {
            WriteOutputs(writer, plan, kernels, part);
        }

        writer.Line();
        writer.Barrier();
        using (writer.Block($"for (int element = thread; element < Members * Columns; element += {KernelPlan.Threads})"))
        {
            writer.Line("int member = element / Columns;");
            for (int warp = 0; warp < KernelPlan.Warps; warp++)
            {
                writer.Line($"float top{warp} = warpStatistics[({warp} * Members + member) * 2];");
            }

            writer.Line("float top = XMath.Max(XMath.Max(top0, top1), XMath.Max(top2, top3));");
            writer.Line("float shift = top == float.NegativeInfinity ? 0 : top; // a share without tokens");
            writer.Line("float total = 0;");
            writer.Line("Float4 joined = new Float4();");
            for (int warp = 0; warp < KernelPlan.Warps; warp++)
            {
                writer.Line($"float weight{warp} = XMath.Exp(top{warp} - shift);");
                writer.Line($"total += weight{warp} * warpStatistics[({warp} * Members + member) * 2 + 1];");
                for (int i = 0; i < kernels.ValueParts; i++)
                {
                    string name = $"o{CSharpLiteral.Of(warp)}x{CSharpLiteral.Of(i)}";
                    writer.Line($"Float4 {name} = outputs4[{(warp * kernels.ValueParts) + i} * Members * Columns + element];");
                    foreach (string element in Elements)
                    {
                        writer.Line($"joined.{element} += weight{warp} * {name}.{element};");
                    }
                }
            }

            writer.Line("long place = ((long)head * Grid.DimX + Grid.IdxX) * GroupSize + firstMember + member;");
            if (Ragged(plan, kernels))
            {
                using (writer.Block("if (firstMember + member < GroupSize)"))
                {
                    WriteStore(writer);
                }
            }
            else
            {
                WriteStore(writer);
            }
        }
    }

    private static void WriteOutputs(KernelWriter writer, PipelinePlan plan, KernelPlan kernels, string part)
    {
        for (int member = 0; member < kernels.Members; member++)
        {
            string[] names = OutputNames(kernels, member);
            WriteOutput(writer, names[0], part, member, "column");
            if (names.Length == 1)
            {
                continue;
            }

            if (plan.HeadDim / 4 == 64)
            {
                WriteOutput(writer, names[1], part, member, "otherColumn");
            }
            else
            {
                using (writer.Block("if (lane + 32 < Columns)"))
                {
                    WriteOutput(writer, names[1], part, member, "otherColumn");
                }
            }
        }
    }

    private static void WriteOutput(KernelWriter writer, string name, string part, int member, string column)
    {
        writer.Line($"Float4 {name} = new Float4();");
        foreach (string element in Elements)
        {
            writer.Line($"{name}.{element} = {name}{element};");
        }

        writer.Line($"outputs4[(({part}) * Members + {member}) * Columns + {column}] = {name};");
    }

    private static void WriteStore(KernelWriter writer)
    {
        writer.Line("partial4[place * Columns + element % Columns] = joined;");
        using (writer.Block("if (element % Columns == 0)"))
        {
            writer.Line("statistics[place * 2] = top;");
            writer.Line("statistics[place * 2 + 1] = total;");
        }
    }

    private static string[] OutputNames(KernelPlan kernels, int member)
        => kernels.ColumnsPerLane == 1
            ? ["output" + CSharpLiteral.Of(member)]
            : ["output" + CSharpLiteral.Of(member), "otherOutput" + CSharpLiteral.Of(member)];

    /// <summary>Whether the last block of query heads has fewer than the others.</summary>
    private static bool Ragged(PipelinePlan plan, KernelPlan kernels) => kernels.Members * kernels.MemberBlocks != plan.GroupSize;

    private static bool HasParts(PipelinePlan plan, KernelPlan kernels) => kernels.ColumnsPerLane == 1 && plan.HeadDim / 4 != 32;

    /// <summary>Whether some lanes have no column of the values.</summary>
    private static bool Idle(PipelinePlan plan, KernelPlan kernels)
        => HasParts(plan, kernels) && plan.HeadDim / 4 * kernels.ValueParts != 32;
}
