using KvCompose.Generators.Planning;
using KvCompose.Shared;
using KvCompose.Shared.Specs;

namespace KvCompose.Generators.Emit;

/// <summary>Writes the decode step: the loop over the layers, and the attention of one piece of a head.</summary>
internal static partial class DecodeEmitter
{
    public static SourceWriter Emit(PipelinePlan plan) => EmittedFile.Write(plan, writer =>
    {
        using (writer.WriteBlock($"{MemberModifiers.Access(plan)} sealed unsafe partial class Session<TTransformer>"))
        {
            WriteStep(writer, plan);
        }

        writer.WriteLine();
        writer.WriteLine("/// <summary>The loops over tokens, specialised for this pipeline.</summary>");
        using (writer.WriteBlock($"private {MemberModifiers.New(plan, GeneratedMembers.Loops)}static unsafe partial class Loops"))
        {
            WriteAppend(writer, plan);
            writer.WriteLine();
            WriteAttend(writer, plan);
            StoredElements[] read = plan.Quantised ? [StoredElements.Of(plan), StoredElements.Open] : [StoredElements.Of(plan)];
            foreach (StoredElements elements in read)
            {
                writer.WriteLine();
                WriteScores(writer, plan, elements);
            }

            writer.WriteLine();
            WriteSoftmax(writer);
            foreach (StoredElements elements in read)
            {
                writer.WriteLine();
                WriteValues(writer, plan, elements);
            }

            if (plan.Evicts)
            {
                writer.WriteLine();
                WriteEviction(writer, plan);
            }
        }
    });

    private static void WriteStep(SourceWriter writer, PipelinePlan plan)
    {
        writer.WriteLine($$"""
        /// <inheritdoc/>
        {{EmittedFile.GeneratedCode}}
        """);
        using (writer.WriteBlock("public override void Step(ReadOnlySpan<int> tokens, CancellationToken cancellation = default)"))
        {
            WriteStepStart(writer);
            using (writer.WriteBlock("for (int layer = 0; layer < layers; layer++)"))
            {
                WriteLayer(writer, plan);
            }

            writer.WriteLine();
            writer.WriteLine("EndStep();");
        }
    }

    private static void WriteStepStart(SourceWriter writer) => writer.WriteLine("""
        int rows = BeginStep(tokens, cancellation);
        if (rows == 0)
        {
            return;
        }

        int heads = Shape.KeyValueHeads, layers = Shape.Layers;
        Transformer.Embed(StepTokens, Hidden);
        """);

    private static void WriteLayer(SourceWriter writer, PipelinePlan plan)
    {
        writer.WriteLine("""
            // Norm, projections and rotation of this step's tokens.
            Transformer.Project(layer, Hidden, StepPositions, Queries, Keys, Values);

            // Append: every head takes the token.
            for (int row = 0; row < rows; row++)
            {
                PageTable* tables = Tables(row, layer);
                nint source = (nint)row * heads * Plan.HeadDim;
                for (int head = 0; head < heads; head++, source += Plan.HeadDim)
                {
                    Loops.Append(Pool, tables + head, Keys + source, Values + source, StepPositions[row]);
                }
            }

            """);
        if (plan.Retrieves)
        {
            WriteTierCall(writer, plan, "Bring in: what is resident may change before it is attended to.", "BringIn");
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
        if (plan.KeepsWeights)
        {
            writer.WriteLine("Items.PlaceWeights();");
        }

        WriteAttendCall(writer, plan);
        if (plan.Evicts)
        {
            WriteEvictCall(writer, plan);
            writer.WriteLine();
        }

        if (plan.Retrieves && !plan.WatchesFirst)
        {
            WriteTierCall(writer, plan, "Watch: what the step attended to.", "Watch");
            writer.WriteLine();
        }

        writer.WriteLine("""
            // Output projection and feed-forward block.
            Transformer.Complete(layer, Queries, Hidden, rows);
            """);
    }

    private static void WriteAttendCall(SourceWriter writer, PipelinePlan plan)
    {
        const string Work = "var attend = new Loops.AttendWork { Pool = Pool, Items = Items, Scratch = Scratch, ScratchFloats = ScratchFloats";
        if (!plan.WatchesFirst)
        {
            writer.WriteLine(Work + " };");
            writer.WriteLine("Workers.Run(ref attend, Items.Count);");
        }
        else
        {
            writer.WriteLine("// Watched heads come first: what they ask for is resident when the others attend.");
            writer.WriteLine(Work + ", Watched = true };");
            writer.WriteLine("Workers.Run(ref attend, Items.Count);");
            writer.WriteLine();
            WriteTierCall(writer, plan, "Watch: what the step attended to.", "Watch");
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
        string step = member == "BringIn" ? "step" : "attended";
        writer.WriteLine($$"""
            // {{comment}}
            var {{step}} = new DecodeStep { Layer = layer, Sequences = StepSequences, Positions = StepPositions, Queries = Queries, Items = Items };
            """);
        foreach (StageSpec tier in plan.Tiers)
        {
            writer.WriteLine($"{SessionEmitter.TierField(tier)}.{member}(in {step});");
        }
    }

    private static void WriteAppend(SourceWriter writer, PipelinePlan plan)
    {
        writer.WriteLine("/// <summary>Puts one token behind a head's last one: its key as a column of the open tile, its value as a row.</summary>");
        using (writer.WriteBlock("internal static void Append(PagePool pool, PageTable* table, float* key, float* value, int position)"))
        {
            writer.WriteLine(plan.Counted ? CountedAppend : plan.StateWords > 0 ? MarkedAppend(plan) : PlainAppend(plan));
        }

        writer.WriteLine();
        WriteStore(writer, plan);
    }

    /// <summary>What a store is told of the head beside the page: where tokens wait for a page that is quantised when it is full.</summary>
    public static string OpenPage(PipelinePlan plan) => plan.Quantised ? "table->Open, " : "";

    private static string PlainAppend(PipelinePlan plan) => $"""
        int slot = table->Tokens++;
        Store({OpenPage(plan)}pool.Address(table->Pages[slot / Plan.PageTokens]), slot % Plan.PageTokens, key, value, position);
        """;

    private const string CountedAppend = """
        byte* page = pool.Address(table->Pages[table->PageCount - 1]);
        Store(page, (*(int*)(page + Plan.CountOffset))++, key, value, position);
        table->Tokens++;
        """;

    private static string MarkedAppend(PipelinePlan plan) => $"""
        int slot = table->Tokens++, place = slot % Plan.PageTokens;
        byte* page = pool.Address(table->Pages[slot / Plan.PageTokens]);
        Store({OpenPage(plan)}page, place, key, value, position);
        """
        + (plan.DecodeOrder == DecodeOrder.None ? "" : "\n((int*)(page + Plan.OrderOffset))[place] = slot;")
        + (plan.Collects ? "\n((float*)(page + Plan.CollectedOffset))[place] = 0;" : "");

    private static void WriteStore(SourceWriter writer, PipelinePlan plan) => writer.WriteLine(plan.Quantised ? QuantisedStore(plan) : PlainStore(plan));

    private static string QuantisedStore(PipelinePlan plan) => $$"""
        /// <summary>Writes a token into a place of a head's open page; when that is full, its keys and values are quantised.</summary>
        internal static void Store(float* open, byte* page, int place, float* key, float* value, int position)
        {
            float* column = open + (place / 16 * 16 * Plan.HeadDim) + (place % 16);
            float* row = open + ((Plan.PageTokens + place) * Plan.HeadDim);
            for (int i = 0; i < Plan.HeadDim; i++)
            {
                column[i * 16] = key[i];
                row[i] = value[i];
            }

            ((int*)(page + Plan.PositionOffset))[place] = position;
            if (place == Plan.PageTokens - 1)
            {
                PageQuantiser.Seal<{{plan.Storage}}>(open, page, Plan.HeadDim, Plan.PageTokens, Plan.ElementBits);
            }
        }
        """;

    private static string PlainStore(PipelinePlan plan) => $$"""
        /// <summary>Writes a token into a place of a page.</summary>
        internal static void Store(byte* page, int place, float* key, float* value, int position)
        {
            nint column = (nint)(place / 16 * 16 * Plan.HeadDim) + (place % 16);
            nint row = (nint)place * Plan.HeadDim;
            for (int i = 0; i < Plan.HeadDim; i++)
            {
                {{plan.Storage}}.Store(page, column + (i * 16), key[i]);
                {{plan.Storage}}.Store(page + Plan.ValueOffset, row + i, value[i]);
            }

            ((int*)(page + Plan.PositionOffset))[place] = position;
        }
        """;

    private static void WriteAttendWork(SourceWriter writer, PipelinePlan plan)
    {
        writer.WriteLine("/// <summary>Spreads the pieces of a layer over the threads.</summary>");
        using (writer.WriteBlock("internal struct AttendWork : IParallelWork"))
        {
            writer.WriteLine("""
                public PagePool Pool;
                public AttentionItems Items;
                public float* Scratch;
                public int ScratchFloats;
                """);
            if (plan.WatchesFirst)
            {
                writer.WriteLine("public bool Watched;");
            }

            writer.WriteLine();
            const string Call = "Attend(Pool, Items.Items + item, Items.Partials, Items.PartialFloats, Scratch + ((nint)worker * ScratchFloats));";
            writer.WriteLine(plan.WatchesFirst
                ? $$"""
                    public readonly void Run(int item, int worker)
                    {
                        if ((Items.Items[item].Weights != null) == Watched)
                        {
                            {{Call}}
                        }
                    }
                    """
                : $"public readonly void Run(int item, int worker)\n    => {Call}");
        }
    }

    private static void WriteAttend(SourceWriter writer, PipelinePlan plan)
    {
        WriteAttendWork(writer, plan);
        writer.WriteLine();
        writer.WriteLine($"/// <summary>Attention of a group's {plan.GroupSize} query heads over one piece of their key-value head.</summary>");
        using (writer.WriteBlock("private static void Attend(PagePool pool, AttentionItem* item, float* partials, int partialFloats, float* scratch)"))
        {
            writer.WriteLine("""
                float* queries = scratch;                                            // [G, d], scaled
                float* scores = queries + (Plan.GroupSize * Plan.HeadDim);           // [G, ScoreStride]
                float* values = scores + (Plan.GroupSize * Plan.ScoreStride);        // [G, d], accumulated
                float* maxima = values + (Plan.GroupSize * Plan.HeadDim);            // [G], then [G] sums
                """);
            if (plan.KeepsWeights)
            {
                writer.WriteLine("""
                    if (item->Weights != null)
                    {
                        // Somebody reads the weights when the step is over: they are made where they stay.
                        scores = item->Weights;
                        maxima = item->Maxima;
                    }

                    """);
            }

            writer.WriteLine("""
                float* sums = maxima + Plan.GroupSize;
                int* pages = item->Table->Pages + item->FirstPage;
                int tokens = item->Tokens;

                // Scores of every key, scaled so that the softmax is one of powers of two.
                Scale(item->Queries, queries);
                """);
            writer.WriteLine(plan.Counted ? CountedScores : plan.Quantised ? QuantisedScores : FullScores);
            writer.WriteLine("""

                // Softmax over the piece.
                for (int member = 0; member < Plan.GroupSize; member++)
                {
                    Softmax(scores + (member * Plan.ScoreStride), tokens, maxima + member, sums + member);
                }

                // Weighted values.
                new Span<float>(values, Plan.GroupSize * Plan.HeadDim).Clear();
                pages = item->Table->Pages + item->FirstPage;
                """);
            writer.WriteLine(plan.Counted ? CountedValues : plan.Quantised ? QuantisedValues : FullValues);
            writer.WriteLine(AttendEnd);
        }

        writer.WriteLine();
        writer.WriteLine("""
            /// <summary>Folds log2(e)/√d into the queries.</summary>
            internal static void Scale(float* source, float* target)
            {
                float scale = VectorExponential.Log2E / MathF.Sqrt(Plan.HeadDim);
                for (int i = 0; i < Plan.GroupSize * Plan.HeadDim; i++)
                {
                    target[i] = source[i] * scale;
                }
            }
            """);
    }

    private const string FullScores = """
        for (int token = 0; token < tokens; token += Plan.PageTokens, pages++)
        {
            int tiles = (Math.Min(Plan.PageTokens, tokens - token) + 15) / 16;
            Score(pool.Address(*pages), tiles, queries, scores + token);
        }
        """;

    private const string CountedScores = """
        for (int token = 0; token < tokens; token += Plan.PageTokens, pages++)
        {
            byte* page = pool.Address(*pages);
            int valid = *(int*)(page + Plan.CountOffset);
            Score(page, (valid + 15) / 16, queries, scores + token);
            for (int member = 0; member < Plan.GroupSize && valid < Plan.PageTokens; member++)
            {
                new Span<float>(scores + (member * Plan.ScoreStride) + token + valid, Plan.PageTokens - valid).Fill(float.NegativeInfinity);
            }
        }
        """;

    private const string FullValues = """
        for (int token = 0; token < tokens; token += Plan.PageTokens, pages++)
        {
            byte* block = pool.Address(*pages) + Plan.ValueOffset;
            Accumulate(block, Math.Min(Plan.PageTokens, tokens - token), scores + token, values);
        }
        """;

    private const string CountedValues = """
        for (int token = 0; token < tokens; token += Plan.PageTokens, pages++)
        {
            byte* page = pool.Address(*pages);
            Accumulate(page + Plan.ValueOffset, *(int*)(page + Plan.CountOffset), scores + token, values);
        }
        """;

    private const string QuantisedScores = """
        for (int token = 0; token < tokens; token += Plan.PageTokens, pages++)
        {
            // The last page, until it is full, is not quantised yet.
            if (tokens - token < Plan.PageTokens)
            {
                ScoreOpen((byte*)item->Table->Open, (tokens - token + 15) / 16, queries, scores + token);
            }
            else
            {
                Score(pool.Address(*pages), Plan.PageTokens / 16, queries, scores + token);
            }
        }
        """;

    private const string QuantisedValues = """
        for (int token = 0; token < tokens; token += Plan.PageTokens, pages++)
        {
            if (tokens - token < Plan.PageTokens)
            {
                AccumulateOpen((byte*)(item->Table->Open + (Plan.PageTokens * Plan.HeadDim)), tokens - token, scores + token, values);
            }
            else
            {
                Accumulate(pool.Address(*pages) + Plan.ValueOffset, Plan.PageTokens, scores + token, values);
            }
        }
        """;

    private const string AttendEnd = """

        // A head with one piece is done; the others are joined when all pieces are there.
        if (item->Partial < 0)
        {
            for (int member = 0; member < Plan.GroupSize; member++)
            {
                float inverse = 1 / sums[member];
                for (int i = member * Plan.HeadDim; i < (member + 1) * Plan.HeadDim; i++)
                {
                    item->Attended[i] = values[i] * inverse;
                }
            }

            return;
        }

        float* partial = partials + ((nint)item->Partial * partialFloats);
        for (int member = 0; member < Plan.GroupSize; member++)
        {
            partial[member] = maxima[member] * VectorExponential.Ln2;
            partial[Plan.GroupSize + member] = sums[member];
        }

        new ReadOnlySpan<float>(values, Plan.GroupSize * Plan.HeadDim)
            .CopyTo(new Span<float>(partial + (2 * Plan.GroupSize), Plan.GroupSize * Plan.HeadDim));
        """;

    private static void WriteSoftmax(SourceWriter writer)
    {
        writer.WriteLine("""
            /// <summary>Turns one query head's scores into 2^(score − maximum) and sums them.</summary>
            [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
            private static void Softmax(float* scores, int tokens, float* maximum, float* sum)
            {
                int padded = (tokens + 15) / 16 * 16;
                for (int i = tokens; i < padded; i++)
                {
                    scores[i] = float.NegativeInfinity;
                }

                Vector512<float> highest = Vector512.Load(scores);
                for (int i = 16; i < padded; i += 16)
                {
                    highest = Vector512.MaxNative(highest, Vector512.Load(scores + i));
                }

                float top = highest[0];
                for (int lane = 1; lane < 16; lane++)
                {
                    top = MathF.Max(top, highest[lane]);
                }

                Vector512<float> shift = Vector512.Create(top), total = Vector512<float>.Zero;
                for (int i = 0; i < padded; i += 16)
                {
                    Vector512<float> power = VectorExponential.PowerOfTwo(Vector512.Load(scores + i) - shift);
                    power.Store(scores + i);
                    total += power;
                }

                *maximum = top;
                *sum = Vector512.Sum(total);
            }
            """);
    }
}
