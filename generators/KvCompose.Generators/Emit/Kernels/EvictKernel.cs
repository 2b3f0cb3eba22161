using KvCompose.Generators.Planning;

namespace KvCompose.Generators.Emit.Kernels;

/// <summary>
/// Writes the eviction of a decode step: the stage's retention of every candidate, pooled along the head's line and reduced over the
/// group; the least retained leaves, the token of the last slot takes its place, and the line closes up. Where tokens collect what
/// they are given, every step adds to it first; where they stand in no line, slots take its place and are crossed out.
/// </summary>
internal static partial class EvictKernel
{
    public static Kernel Of(PipelinePlan plan) => new(
        "EvictKernel",
        "Takes out what one head holds above its budget. Group (head).",
        [.. Parameters(plan)],
        Synchronises: true,
        writer => WriteBody(writer, plan));

    private static IEnumerable<KernelParameter> Parameters(PipelinePlan plan)
    {
        yield return KernelParameter.Pool;
        yield return KernelParameter.PageTable;
        yield return KernelParameter.TableStart;
        yield return KernelParameter.Ints("tokens", "[heads], tokens that a head holds, the step's included; receives what it goes on holding.");
        yield return KernelParameter.Ints("budgets", "[heads], tokens that a head may hold; 0 for as many as come.");
        yield return KernelParameter.Ints("stepPositions", "[heads], position of the step's token.");
        if (plan.Decode.KeepsWeights)
        {
            yield return KernelParameter.Floats("statistics", "[heads][shares][GroupSize][2], of the step's attention.");
            yield return KernelParameter.Floats("logits", "[heads][GroupSize][stride], the step's scores of each slot.");
        }

        if (plan.Prefill.Selection.HasRunTimeOptions)
        {
            yield return new KernelParameter(plan.Prefill.Selection.Type.FullyQualifiedName, "options", "Options of the selection stage.");
        }

        if (plan.Observation.Collects)
        {
            yield return KernelParameter.Floats("probabilities", "[heads][stride], scratch.");
        }

        yield return KernelParameter.Floats("scores", "[heads][stride], scratch.");
        yield return KernelParameter.Floats("retentions", "[heads][GroupSize][stride], scratch.");
        yield return KernelParameter.Ints("line", "[heads][stride], scratch.");
        if (plan.Decode.KeepsWeights)
        {
            yield return new KernelParameter("int", "shares", "Groups among which the tokens of a head were dealt out.");
        }

        yield return KernelParameter.Stride;
    }

    private static void WriteBody(KernelWriter writer, PipelinePlan plan)
    {
        if (plan.Decode.KeepsWeights)
        {
            writer.Line("ArrayView<float> normalisers = SharedMemory.Allocate<float>(GroupSize);");
        }

        writer.Line($"""
            ArrayView<int> leastScores = SharedMemory.Allocate<int>({KernelPlan.Threads});
            ArrayView<int> leastRanks = SharedMemory.Allocate<int>({KernelPlan.Threads});
            ArrayView<int> words = pool.Cast<int>();
            int thread = Group.IdxX;
            int head = Grid.IdxX;
            int count = tokens[head];
            int budget = budgets[head];
            """);
        bool lined = plan.Decode.Order != PoolingOrder.None;
        using (writer.Block(plan.Observation.Collects ? "if (budget == 0)" : "if (budget == 0 || count <= budget)"))
        {
            writer.Return();
        }

        writer.Line();
        if (!plan.Prefill.Selection.HasRunTimeOptions)
        {
            writer.Line($"{plan.Prefill.Selection.Type} options = {StageValue.Of(plan.Prefill.Selection)};");
        }

        writer.Line("long row = (long)head * stride;");
        if (plan.Decode.KeepsWeights)
        {
            WriteNormalisers(writer);
        }

        if (plan.Observation.Collects)
        {
            WriteCollect(writer, plan);
        }

        if (lined)
        {
            WriteLineIn(writer);
        }
        else
        {
            WriteSlots(writer);
        }

        WriteRetentions(writer, plan);
        writer.Line();
        using (writer.Block(lined
            ? "for (int excess = IntrinsicMath.Min(count - budget, candidates); excess > 0; excess--)"
            : "for (int excess = count - budget; excess > 0; excess--)"))
        {
            WriteLeast(writer, lined);
            writer.Line();
            if (lined)
            {
                WriteCloseUp(writer);
            }
            else
            {
                WriteCrossOut(writer);
            }

            WriteMove(writer, plan);
        }

        writer.Line();
        if (lined)
        {
            WriteLineOut(writer, plan);
        }

        using (writer.Block("if (thread == 0)"))
        {
            writer.Line("tokens[head] = count;");
        }
    }

    private static void WriteNormalisers(KernelWriter writer)
    {
        writer.Line();
        writer.Line("// Log-sum-exp of each query head over the shares.");
        using (writer.Block("if (thread < GroupSize)"))
        {
            writer.Line("""
                float top = float.NegativeInfinity;
                for (int share = 0; share < shares; share++)
                {
                    top = XMath.Max(top, statistics[(((long)head * shares + share) * GroupSize + thread) * 2]);
                }

                float total = 0;
                for (int share = 0; share < shares; share++)
                {
                    long place = (((long)head * shares + share) * GroupSize + thread) * 2;
                    total += statistics[place + 1] * XMath.Exp(statistics[place] - top);
                }

                normalisers[thread] = top + XMath.Log(total);
                """);
        }

        writer.Line();
        writer.Barrier();
    }

    private static void WriteLineIn(KernelWriter writer)
    {
        writer.Line($$"""
            int candidates = IntrinsicMath.Max(0, count - Sinks - Window);

            // The head's line, slot numbers by rank: sinks first, window last.
            for (int rank = thread; rank < count; rank += {{KernelPlan.Threads}})
            {
                line[row + rank] = words[pageTable[tableStart[head] + rank / PageTokens] * (long)PageFloats + PageOrder + rank % PageTokens];
            }

            """);
        writer.Barrier();
    }

    private static void WriteRetentions(KernelWriter writer, PipelinePlan plan)
    {
        bool lined = plan.Decode.Order != PoolingOrder.None;
        string slot = lined ? "line[row + Sinks + rank]" : "line[row + rank]";
        writer.Line("// Retention: the stage's formula.");
        using (writer.Block($"for (int rank = thread; rank < candidates; rank += {KernelPlan.Threads})"))
        {
            writer.Line($"int slot = {slot};");
            if (!lined)
            {
                using (writer.Block("if (slot < 0)"))
                {
                    writer.Line("continue;");
                }

                writer.Line();
            }

            writer.Line("long page = pageTable[tableStart[head] + slot / PageTokens];");
            if (plan.Observation.Collects)
            {
                WriteRetain(writer, plan, "probabilities[row + slot]", "row * GroupSize + rank");
            }
            else if (!plan.Decode.KeepsWeights)
            {
                WriteRetain(writer, plan, "0", "row * GroupSize + rank");
            }
            else
            {
                using (writer.Block("for (int member = 0; member < GroupSize; member++)"))
                {
                    writer.Line("long pair = (long)head * GroupSize + member;");
                    WriteRetain(writer, plan, "XMath.Exp(logits[pair * stride + slot] - normalisers[member])", "pair * stride + rank");
                }
            }
        }

        writer.Line();
        writer.Barrier();
        WriteScores(writer, plan, lined ? plan.Prefill.PoolingKernel : 1, plan.Decode.RetainedHeads);
    }

    private static void WriteRetain(KernelWriter writer, PipelinePlan plan, string probability, string target)
    {
        string collected = plan.Observation.Collects ? "\n    Collected = pool[page * PageFloats + PageCollected + slot % PageTokens]," : "";
        writer.Line($$"""
            ResidentToken resident = new()
            {
                Position = words[page * PageFloats + PagePositions + slot % PageTokens],
                StepPosition = stepPositions[head],
                Probability = {{probability}},{{collected}}
            };
            retentions[{{target}}] = {{plan.Prefill.Selection.Type}}.Retain(in options, in resident);
            """);
    }

    private static void WriteScores(KernelWriter writer, PipelinePlan plan, int kernel, int members)
    {
        bool average = plan.Prefill.Pooling != PoolingKind.Max;
        int reach = kernel / 2;
        string own = $"retentions[{(members == 1 ? "row * GroupSize" : "((long)head * GroupSize + member) * stride")} + ";
        writer.Line((kernel > 1 ? "// Pooled along the line" : "// As it stands") + (members > 1 ? ", reduced over the group." : "."));
        using (writer.Block($"for (int rank = thread; rank < candidates; rank += {KernelPlan.Threads})"))
        {
            writer.Line("float score = 0;");
            using (members == 1 ? null : writer.Block("for (int member = 0; member < GroupSize; member++)"))
            {
                if (kernel == 1)
                {
                    writer.Line($"float pooled = {own}rank];");
                }
                else
                {
                    writer.Line($$"""
                        float pooled = {{(average ? "0" : "float.NegativeInfinity")}};
                        for (int near = IntrinsicMath.Max(0, rank - {{reach}}); near <= IntrinsicMath.Min(candidates - 1, rank + {{reach}}); near++)
                        {
                            float own = {{own}}near];
                            pooled = {{(average ? "pooled + own" : "XMath.Max(pooled, own)")}};
                        }

                        """);
                    if (average)
                    {
                        writer.Line($"pooled *= 1f / {kernel};");
                    }
                }

                writer.Line(members == 1 ? "score = pooled;" : plan.Prefill.Reduction == GroupReduction.Max
                    ? "score = member == 0 ? pooled : XMath.Max(score, pooled);"
                    : "score += pooled;");
            }

            string mean = plan.Prefill.Reduction == GroupReduction.Mean && members > 1 ? " * (1f / GroupSize)" : "";
            writer.Line($"scores[row + rank] = score{mean};");
        }

        writer.Line();
        writer.Barrier();
    }

    /// <summary>NaN counts as negative infinity; of equals the later in the line is least.</summary>
    private static void WriteLeast(KernelWriter writer, bool lined)
    {
        string stands = lined ? "" : "line[row + rank] >= 0 && ";
        string first = lined ? "" : "leaving < 0 || ";
        string least = lined ? "leastRank < 0 || score <= least" : "(leastRank < 0 || score <= least)";
        writer.Line($$"""
            // Who is retained least: each thread among its own, then one among the threads.
            int least = 0;
            int leastRank = -1;
            for (int rank = thread; rank < candidates; rank += {{KernelPlan.Threads}})
            {
                int score = (int)(Ordered(scores[row + rank]) ^ 0x80000000u);
                if ({{stands}}{{least}})
                {
                    least = score;
                    leastRank = rank;
                }
            }

            leastScores[thread] = least;
            leastRanks[thread] = leastRank;
            """);
        writer.Barrier();
        writer.Line($$"""
            int leaving = leastRanks[0];
            int lowest = leastScores[0];
            for (int other = 1; other < {{KernelPlan.Threads}}; other++)
            {
                int rank = leastRanks[other];
                int score = leastScores[other];
                if (rank >= 0 && ({{first}}score < lowest || (score == lowest && rank > leaving)))
                {
                    lowest = score;
                    leaving = rank;
                }
            }

            """);
        if (!lined)
        {
            using (writer.Block("if (leaving < 0)"))
            {
                writer.Line("break; // only sinks and window are left");
            }

            writer.Line();
        }

        writer.Line($"int hole = line[row + {(lined ? "Sinks + " : "")}leaving];");
        writer.Barrier();
    }

    private static void WriteCloseUp(KernelWriter writer)
    {
        writer.Line("// The line and the scores close up, a stretch at a time.");
        writer.Line("count--;");
        writer.Line("candidates--;");
        using (writer.Block($"for (int start = leaving; start < count - Sinks; start += {KernelPlan.Threads})"))
        {
            writer.Line("""
                int rank = start + thread;
                int nextSlot = 0;
                float nextScore = 0;
                if (rank < count - Sinks)
                {
                    nextSlot = line[row + Sinks + rank + 1];
                    nextScore = rank < candidates ? scores[row + rank + 1] : 0;
                }

                """);
            writer.Barrier();
            using (writer.Block("if (rank < count - Sinks)"))
            {
                writer.Line("line[row + Sinks + rank] = nextSlot;");
                using (writer.Block("if (rank < candidates)"))
                {
                    writer.Line("scores[row + rank] = nextScore;");
                }
            }

            writer.Line();
            writer.Barrier();
        }

        writer.Line();
    }

    /// <summary>Writes how the token of the last slot fills the hole.</summary>
    private static void WriteMove(KernelWriter writer, PipelinePlan plan)
    {
        string collected = plan.Observation.Collects
            ? "\n        pool[into + PageCollected + intoPlace] = pool[from + PageCollected + fromPlace];"
            : "";
        writer.Line($$"""
            // The token of the last slot moves into the hole.
            long from = pageTable[tableStart[head] + count / PageTokens] * (long)PageFloats;
            long into = pageTable[tableStart[head] + hole / PageTokens] * (long)PageFloats;
            int fromPlace = count % PageTokens;
            int intoPlace = hole % PageTokens;
            if (hole != count)
            {
                for (int rank = thread; rank < {{(plan.Decode.Order == PoolingOrder.None ? "candidates" : "count")}}; rank += {{KernelPlan.Threads}})
                {
                    if (line[row + rank] == count)
                    {
                        line[row + rank] = hole;
                    }
                }

                for (int element = thread; element < HeadDim; element += {{KernelPlan.Threads}})
                {
                    pool[into + intoPlace / 16 * 16 * HeadDim + element * 16 + (intoPlace & 15)] = pool[from + fromPlace / 16 * 16 * HeadDim + element * 16 + (fromPlace & 15)];
                    pool[into + PageKeys4 * 4 + intoPlace * HeadDim + element] = pool[from + PageKeys4 * 4 + fromPlace * HeadDim + element];
                }

                if (thread == 0)
                {
                    pool[into + PagePositions + intoPlace] = pool[from + PagePositions + fromPlace];{{collected}}
                }
            }

            """);
        writer.Barrier();
    }

    private static void WriteLineOut(KernelWriter writer, PipelinePlan plan)
    {
        string target = "rank";
        writer.Line(plan.Decode.Order == PoolingOrder.Physical
            ? "// The line goes back into the pages; what stays of the candidates is ranked anew."
            : "// The line goes back into the pages.");
        using (writer.Block($"for (int rank = thread; rank < count; rank += {KernelPlan.Threads})"))
        {
            if (plan.Decode.Order == PoolingOrder.Physical)
            {
                target = "target";
                writer.Line("""
                    int target = rank;
                    int own = rank - Sinks;
                    if (own >= 0 && own < candidates)
                    {
                        uint ownScore = Ordered(scores[row + own]);
                        target = Sinks;
                        for (int other = 0; other < candidates; other++)
                        {
                            uint score = Ordered(scores[row + other]);
                            target += score > ownScore || (score == ownScore && other < own) ? 1 : 0;
                        }
                    }

                    """);
            }

            writer.Line($"words[pageTable[tableStart[head] + {target} / PageTokens] * (long)PageFloats + PageOrder + {target} % PageTokens] = line[row + rank];");
        }

        writer.Line();
    }
}
