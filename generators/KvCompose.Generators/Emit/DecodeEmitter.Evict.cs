using KvCompose.Generators.Planning;
using KvCompose.Shared;

namespace KvCompose.Generators.Emit;

/// <summary>Writes the eviction of a decode step: what a token is worth, which one leaves, and how its place is filled.</summary>
internal static partial class DecodeEmitter
{
    private static void WriteEvictCall(SourceWriter writer, PipelinePlan plan) => writer.WriteLine($$"""
        // Evict: heads above their budget give up what this step needed least.
        const int Step = 1024; // scratch grows by whole steps, not with every token
        int longest = (Items.LongestRetained + Step - 1) / Step * Step;
        int lineFloats = (5 * longest) + (2 * Plan.PoolingBorder); // probabilities, scores, line, positions and pooled scores
        DecodeLoops.EvictWork evict = new()
        {
            {{PlanText.Given(plan)}}Pool = Pool, Items = Items, Options = {{StageValue.InSession(plan.Prefill.Selection)}}, Lines = ThreadScratch(lineFloats), LineFloats = lineFloats, Longest = longest,
        };
        Workers.Run(ref evict, Items.HeadCount);
        """);

    private static void WriteEviction(SourceWriter writer, PipelinePlan plan)
    {
        writer.WriteLine("/// <summary>One key-value head after a step's attention.</summary>");
        using (writer.WriteBlock("internal struct EvictWork : IParallelWork"))
        {
            writer.WriteLine($"""
                {PlanText.Field(plan)}public PagePool Pool;
                public KvSplitPlan Items;
                public {plan.Prefill.Selection.Type} Options;
                public float* Lines;
                public int LineFloats;
                public int Longest;

                """);
            writer.WriteLine("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
            using (writer.WriteBlock("public readonly void Run(int item, int worker)"))
            {
                WriteEvictHead(writer, plan);
            }
        }

        writer.WriteLine();
        writer.WriteLine(plan.Decode.Order == PoolingOrder.None ? UnorderedLine(plan) : OrderedLine(plan));
        writer.WriteLine();
        writer.WriteLine(Words);
        if (plan.Decode.Order != PoolingOrder.None)
        {
            writer.WriteLine();
            WriteLineUp(writer, plan);
        }

        writer.WriteLine();
        WriteRemove(writer, plan);
    }

    private static void WriteEvictHead(SourceWriter writer, PipelinePlan plan)
    {
        string idle = plan.Observation.Collects ? "" : " || head->Table->Tokens <= head->Table->Budget";
        writer.WriteLine($$"""
            AttendedHead* head = Items.Heads + item;
            if (!head->Table->RetainsWeights{{idle}})
            {
                return;
            }

            PageTable* table = head->Table;
            float* probabilities = Lines + ((nint)worker * LineFloats);                  // [slots]
            float* scores = probabilities + Longest;                                     // [candidates]
            int* line = (int*)(scores + Longest);                                        // [slots]
            int* positions = line + Longest;                                             // [slots]
            float* padded = (float*)positions + Longest + Plan.PoolingBorder;    // [candidates], with borders
            """);
        writer.WriteLine();
        if (plan.Observation.Collects)
        {
            WriteCollect(writer, plan);
        }

        writer.WriteLine($"""
            // Candidates: neither sinks nor window.
            ReadWords(Pool, table, Plan.PositionOffset, positions);
            int candidates = ReadLine({PlanText.Argument(plan)}Pool, table, positions, head->Position, line, out int* candidate);

            """);
        WriteRetentions(writer, plan);
        writer.WriteLine();
        writer.WriteLine($$"""
            // The least retained leave; of equals the later in the line.
            for (int excess = Math.Min(table->Tokens - table->Budget, candidates); excess > 0; excess--)
            {
                int least = TokenRanking.Least(scores, candidates);
                Remove({{PlanText.Argument(plan)}}Pool, table, candidate[least], line, candidate + least);
                candidates--;
                new ReadOnlySpan<float>(scores + least + 1, candidates - least).CopyTo(new Span<float>(scores + least, candidates - least));
            }
            """);
        if (plan.Decode.Order == PoolingOrder.Physical)
        {
            writer.WriteLine("""

                // What stays is ranked again.
                int* ranks = (int*)padded;
                TokenRanking.Rank(scores, 0, candidates, candidates, ranks);
                for (int rank = 0; rank < candidates; rank++)
                {
                    ranks[rank] = candidate[ranks[rank]];
                }

                new ReadOnlySpan<int>(ranks, candidates).CopyTo(new Span<int>(candidate, candidates));
                """);
        }

        if (plan.Decode.Order != PoolingOrder.None)
        {
            writer.WriteLine("""

                // The line goes back into the pages.
                for (int rank = 0; rank < table->Tokens; rank += Plan.PageTokens)
                {
                    new ReadOnlySpan<int>(line + rank, Math.Min(Plan.PageTokens, table->Tokens - rank))
                        .CopyTo(new Span<int>(Pool.Address(table->Pages[rank / Plan.PageTokens]) + Plan.OrderOffset, Plan.PageTokens));
                }
                """);
        }
    }

    private static void WriteCollect(SourceWriter writer, PipelinePlan plan)
    {
        string reduce = plan.Prefill.Reduction == GroupReduction.Max ? "MathF.Max(scores[slot], probabilities[slot])" : "scores[slot] + probabilities[slot]";
        string scale = plan.Prefill.Reduction == GroupReduction.Mean && plan.GroupSize > 1 ? " * (1f / Plan.GroupSize)" : "";
        string others = $$"""
            for (int member = 1; member < Plan.GroupSize; member++)
            {
                Items.Probabilities(head, member, probabilities);
                for (int slot = 0; slot < table->Tokens; slot++)
                {
                    scores[slot] = {{reduce}};
                }
            }

            """;
        writer.WriteLine($$"""
            // Collect: every token adds the probability that the group gave it.
            Items.Probabilities(head, 0, scores);
            {{(plan.GroupSize == 1 ? "" : others)}}
            for (int slot = 0; slot < table->Tokens; slot++)
            {
                probabilities[slot] = scores[slot]{{scale}};
                ((float*)(Pool.Address(table->Pages[slot / Plan.PageTokens]) + Plan.CollectedOffset))[slot % Plan.PageTokens] += probabilities[slot];
            }

            if (table->Tokens <= table->Budget)
            {
                return;
            }

            """);
    }

    private static void WriteRetentions(SourceWriter writer, PipelinePlan plan)
    {
        int members = plan.Decode.RetainedHeads;
        int kernel = plan.Decode.Order == PoolingOrder.None ? 1 : plan.Prefill.PoolingKernel;
        writer.WriteLine($"// Retention: the stage's formula{(kernel > 1 ? ", pooled along the line" : "")}{(members > 1 ? ", reduced over the group" : "")}.");
        using (SelectionEmitter.OverHeads(writer, members))
        {
            if (plan.Decode.KeepsWeights && !plan.Observation.Collects)
            {
                writer.WriteLine($"Items.Probabilities(head, {(members == 1 ? "0" : "member")}, probabilities);");
            }

            string probability = plan.Decode.KeepsWeights ? " Probability = probabilities[slot]," : "";
            string collected = plan.Observation.Collects ? "\n        Collected = ((float*)(Pool.Address(table->Pages[slot / Plan.PageTokens]) + Plan.CollectedOffset))[slot % Plan.PageTokens]," : "";
            writer.WriteLine($$"""
                for (int token = 0; token < candidates; token++)
                {
                    int slot = candidate[token];
                    ResidentToken resident = new()
                    {
                        Position = positions[slot], StepPosition = head->Position,{{probability}}{{collected}}
                    };
                    padded[token] = {{plan.Prefill.Selection.Type}}.Retain(in Options, in resident);
                }

                """);
            SelectionEmitter.WritePooling(writer, plan, kernel, members);
        }

        if (plan.Prefill.Reduction == GroupReduction.Mean && members > 1)
        {
            writer.WriteLine("""

                for (int token = 0; token < candidates; token++)
                {
                    scores[token] *= 1f / Plan.GroupSize;
                }
                """);
        }
    }

    private const string Words = """
        /// <summary>Reads one word of every token of a head, in slot order.</summary>
        private static void ReadWords(PagePool pool, PageTable* table, int offset, int* words)
        {
            for (int slot = 0; slot < table->Tokens; slot += Plan.PageTokens)
            {
                new ReadOnlySpan<int>(pool.Address(table->Pages[slot / Plan.PageTokens]) + offset, Math.Min(Plan.PageTokens, table->Tokens - slot))
                    .CopyTo(new Span<int>(words + slot, Plan.PageTokens));
            }
        }
        """;

    private static string OrderedLine(PipelinePlan plan) => $$"""
        /// <summary>Reads a head's line, slot numbers by rank; sinks come first and the window last.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static int ReadLine({{PlanText.Parameter(plan)}}PagePool pool, PageTable* table, int* positions, int position, int* line, out int* candidate)
        {
            ReadWords(pool, table, Plan.OrderOffset, line);
            candidate = line + Plan.Sinks;
            return Math.Max(0, table->Tokens - Plan.Sinks - Plan.Window);
        }
        """;

    private static string UnorderedLine(PipelinePlan plan) => $$"""
        /// <summary>Slots of the tokens that may leave, in any order.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static int ReadLine({{PlanText.Parameter(plan)}}PagePool pool, PageTable* table, int* positions, int position, int* line, out int* candidate)
        {
            int candidates = 0;
            for (int slot = 0; slot < table->Tokens; slot++)
            {
                line[candidates] = slot;
                candidates += positions[slot] >= Plan.Sinks && positions[slot] <= position - Plan.Window ? 1 : 0;
            }

            candidate = line;
            return candidates;
        }
        """;

    /// <summary>A ranked table holds sinks, window, then the others; its line has the window last.</summary>
    private static void WriteLineUp(SourceWriter writer, PipelinePlan plan)
    {
        bool physical = plan.Decode.Order == PoolingOrder.Physical;
        writer.WriteLine("/// <summary>The line of a head as the prompt leaves it.</summary>");
        using (writer.WriteBlock($"internal static void LineUp({PlanText.Parameter(plan)}PagePool pool, PageTable* table{(physical ? ", bool ranked" : "")})"))
        {
            if (physical)
            {
                writer.WriteLine("""
                    int sinks = Math.Min(Plan.Sinks, table->Tokens), window = Math.Min(Plan.Window, table->Tokens - sinks);
                    int others = table->Tokens - sinks - window;
                    if (ranked)
                    {
                        for (int rank = 0; rank < table->Tokens; rank++)
                        {
                            int slot = rank < sinks ? rank : rank < sinks + others ? rank + window : rank - others;
                            ((int*)(pool.Address(table->Pages[rank / Plan.PageTokens]) + Plan.OrderOffset))[rank % Plan.PageTokens] = slot;
                        }

                        return;
                    }

                    """);
            }

            if (plan.Prefill.KeepsRanked)
            {
                writer.WriteLine("""
                    int[] slots = new int[table->Tokens];
                    int[] positions = new int[table->Tokens];
                    for (int i = 0; i < slots.Length; i++)
                    {
                        slots[i] = i;
                        positions[i] = ((int*)(pool.Address(table->Pages[i / Plan.PageTokens]) + Plan.PositionOffset))[i % Plan.PageTokens];
                    }

                    Array.Sort(positions, slots);
                    """);
            }

            writer.WriteLine($$"""
                for (int rank = 0; rank < table->Tokens; rank++)
                {
                    ((int*)(pool.Address(table->Pages[rank / Plan.PageTokens]) + Plan.OrderOffset))[rank % Plan.PageTokens] = {{(plan.Prefill.KeepsRanked ? "slots[rank]" : "rank")}};
                }
                """);
        }
    }

    private static void WriteRemove(SourceWriter writer, PipelinePlan plan)
    {
        string collected = plan.Observation.Collects
            ? "\n    ((float*)(target + Plan.CollectedOffset))[into] = ((float*)(source + Plan.CollectedOffset))[from];"
            : "";
        writer.WriteLine($$"""
            /// <summary>Takes a token out of its head: the last slot's token moves into its place, and the line closes up.</summary>
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            private static void Remove({{PlanText.Parameter(plan)}}PagePool pool, PageTable* table, int slot, int* line, int* place)
            {
                int last = --table->Tokens;
                int behind = last - (int)(place - line);
                new ReadOnlySpan<int>(place + 1, behind).CopyTo(new Span<int>(place, behind));
                if (slot == last)
                {
                    return;
                }

                int moved = new Span<int>(line, last).IndexOf(last);
                if (moved >= 0)
                {
                    line[moved] = slot;
                }

                byte* source = pool.Address(table->Pages[last / Plan.PageTokens]), target = pool.Address(table->Pages[slot / Plan.PageTokens]);
                int from = last % Plan.PageTokens, into = slot % Plan.PageTokens;
                for (int i = 0; i < Plan.HeadDim; i++)
                {
                    float key = {{plan.Pages.Storage}}.Load(source, ((nint)(from / 16 * Plan.HeadDim) + i) * 16)[from % 16];
                    float value = {{plan.Pages.Storage}}.Load(source + Plan.ValueOffset, ((nint)from * Plan.HeadDim) + (i / 16 * 16))[i % 16];
                    {{plan.Pages.Storage}}.Store(target, (((nint)(into / 16 * Plan.HeadDim) + i) * 16) + (into % 16), key);
                    {{plan.Pages.Storage}}.Store(target + Plan.ValueOffset, ((nint)into * Plan.HeadDim) + i, value);
                }

                ((int*)(target + Plan.PositionOffset))[into] = ((int*)(source + Plan.PositionOffset))[from];{{collected}}
            }
            """);
    }
}
