using KvCompose.Generators.Planning;
using KvCompose.Shared;
using KvCompose.Shared.Specs;

namespace KvCompose.Generators.Emit;

/// <summary>Writes the loop over the layers of a decode step: project, append, bring in, attend, evict, watch, complete.</summary>
internal static partial class DecodeEmitter
{
    private static void WriteStep(SourceWriter writer, PipelinePlan plan)
    {
        writer.WriteLine($$"""
        /// <inheritdoc/>
        {{EmittedFile.GeneratedCode}}
        """);
        using (writer.WriteBlock("protected override void DecodeLayers(int rows)"))
        {
            writer.WriteLine("int heads = Shape.KeyValueHeads, layers = Shape.Layers;");
            using (writer.WriteBlock("for (int layer = 0; layer < layers; layer++)"))
            {
                WriteLayer(writer, plan);
            }
        }
    }

    private static void WriteLayer(SourceWriter writer, PipelinePlan plan)
    {
        writer.WriteLine($$"""
            // Norm, projections and rotation of this step's tokens.
            Project(layer, Hidden, StepPositions, Queries, Keys, Values);

            // Append: every head takes the token.
            for (int row = 0; row < rows; row++)
            {
                PageTable* tables = Tables(row, layer);
                nint source = (nint)row * heads * Plan.HeadDim;
                for (int head = 0; head < heads; head++, source += Plan.HeadDim)
                {
                    PageOps.Append({{PlanText.Argument(plan)}}Pool, tables + head, Keys + source, Values + source, StepPositions[row]);
                }
            }

            """);
        if (plan.Residency.Retrieves)
        {
            WriteTierCall(writer, plan, "Bring in: tokens that this step's queries ask for become resident, others cease to be.", "FetchBeforeAttention");
            writer.WriteLine();
        }

        writer.WriteLine("""
            // Attend: scores, softmax and weighted values, every head cut into pieces of equal length.
            Items.Clear();
            for (int row = 0; row < rows; row++)
            {
                float* queries = Queries + ((nint)row * heads * Plan.GroupSize * Plan.HeadDim);
                Items.Add(Tables(row, layer), heads, queries, queries, row, StepPositions[row]);
            }

            """);
        if (plan.Decode.KeepsWeights)
        {
            writer.WriteLine("Items.PlaceWeights();");
        }

        WriteAttendCall(writer, plan);
        if (plan.Decode.Evicts)
        {
            WriteEvictCall(writer, plan);
            writer.WriteLine();
        }

        if (plan.Residency.Retrieves && !plan.Decode.WatchesFirst)
        {
            WriteTierCall(writer, plan, "Watch: what the step attended to.", "OnAttention");
            writer.WriteLine();
        }

        writer.WriteLine($"""
            // Output projection and feed-forward block.
            {PlanText.Model(plan)}Complete(layer, Queries, Hidden, rows);
            """);
    }

    private static void WriteAttendCall(SourceWriter writer, PipelinePlan plan)
    {
        string work = $"DecodeLoops.AttendWork attend = new() {{ {PlanText.Given(plan)}Pool = Pool, Items = Items, Scratch = Scratch, ScratchFloats = ScratchFloats";
        if (!plan.Decode.WatchesFirst)
        {
            writer.WriteLine(work + " };");
            writer.WriteLine("Workers.Run(ref attend, Items.Count);");
        }
        else
        {
            writer.WriteLine("// Watched heads come first: what they ask for is resident when the others attend.");
            writer.WriteLine(work + ", Watched = true };");
            writer.WriteLine("Workers.Run(ref attend, Items.Count);");
            writer.WriteLine();
            WriteTierCall(writer, plan, "Watch: what the step attended to.", "OnAttention");
            writer.WriteLine();
            writer.WriteLine("""
                attend.Watched = false;
                Workers.Run(ref attend, Items.Count);
                """);
        }

        writer.WriteLine("""
            Items.Merge();

            """);
    }

    private static void WriteTierCall(SourceWriter writer, PipelinePlan plan, string comment, string member)
    {
        string step = member == "FetchBeforeAttention" ? "step" : "attended";
        writer.WriteLine($$"""
            // {{comment}}
            DecodeStep {{step}} = new() { Layer = layer, Sequences = StepSequences, Positions = StepPositions, Queries = Queries, Items = Items };
            """);
        foreach (StageSpec tier in plan.Residency.Tiers)
        {
            writer.WriteLine($"{SessionEmitter.TierField(tier)}.{member}(in {step});");
        }
    }
}
