using KvCompose.Generators.Planning;
using KvCompose.Shared;

namespace KvCompose.Generators.Emit;

/// <summary>Writes the attention of one piece of a head: scores, softmax, weighted values, and what is left for the merge.</summary>
internal static partial class DecodeEmitter
{
    private static void WriteAttendWork(SourceWriter writer, PipelinePlan plan)
    {
        writer.WriteLine("/// <summary>Spreads the pieces of a layer over the threads.</summary>");
        using (writer.WriteBlock("internal struct AttendWork : IParallelWork"))
        {
            writer.WriteLine($"""
                {PlanText.Field(plan)}public PagePool Pool;
                public KvSplitPlan Items;
                public float* Scratch;
                public int ScratchFloats;
                """);
            if (plan.Decode.WatchesFirst)
            {
                writer.WriteLine("public bool Watched;");
            }

            writer.WriteLine();
            string call = $"Attend({PlanText.Argument(plan)}Pool, Items.Items + item, Items.Partials, Items.PartialFloats, Scratch + ((nint)worker * ScratchFloats));";
            writer.WriteLine(plan.Decode.WatchesFirst
                ? $$"""
                    public readonly void Run(int item, int worker)
                    {
                        if ((Items.Items[item].Weights != null) == Watched)
                        {
                            {{call}}
                        }
                    }
                    """
                : $"public readonly void Run(int item, int worker)\n    => {call}");
        }
    }

    private static void WriteAttend(SourceWriter writer, PipelinePlan plan)
    {
        WriteAttendWork(writer, plan);
        writer.WriteLine();
        writer.WriteLine($"/// <summary>Attention of {PlanSummary.Group(plan)} over one piece of their key-value head.</summary>");
        using (writer.WriteBlock($"private static void Attend({PlanText.Parameter(plan)}PagePool pool, KvSplit* item, float* partials, int partialFloats, float* scratch)"))
        {
            writer.WriteLine("""
                float* queries = scratch;                                            // [G, d], scaled
                float* scores = queries + (Plan.GroupSize * Plan.HeadDim);           // [G, ScoreStride]
                float* values = scores + (Plan.GroupSize * Plan.ScoreStride);        // [G, d], accumulated
                float* maxima = values + (Plan.GroupSize * Plan.HeadDim);            // [G], then [G] sums
                """);
            if (plan.Decode.KeepsWeights)
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
                """);
            writer.WriteLine($"Scale({PlanText.Argument(plan)}item->Queries, queries);");
            if (plan.Pages.Layout.Pruned)
            {
                writer.WriteLine(KeptQueries);
            }

            writer.WriteLine(plan.Pages.Layout.HasPerPageCounts ? CountedScores(plan) : plan.Pages.Layout.CompressesFullPages ? SealedScores(plan) : FullScores(plan));
            writer.WriteLine("""

                // Softmax over the piece.
                for (int member = 0; member < Plan.GroupSize; member++)
                {
                    SplitSoftmax.Run(scores + (member * Plan.ScoreStride), tokens, maxima + member, sums + member);
                }

                // Weighted values.
                new Span<float>(values, Plan.GroupSize * Plan.HeadDim).Clear();
                pages = item->Table->Pages + item->FirstPage;
                """);
            writer.WriteLine(plan.Pages.Layout.HasPerPageCounts ? CountedValues(plan) : plan.Pages.Layout.CompressesFullPages ? SealedValues(plan) : FullValues(plan));
            writer.WriteLine(AttendEnd);
        }

        writer.WriteLine();
        writer.WriteLine($$"""
            /// <summary>Folds log2(e)/√d into the queries.</summary>
            internal static void Scale({{PlanText.Parameter(plan)}}float* source, float* target)
            {
                float scale = VectorExponential.Log2E / MathF.Sqrt(Plan.HeadDim);
                for (int i = 0; i < Plan.GroupSize * Plan.HeadDim; i++)
                {
                    target[i] = source[i] * scale;
                }
            }
            """);
    }

    private static string FullScores(PipelinePlan plan) => $$"""
        for (int token = 0; token < tokens; token += Plan.PageTokens, pages++)
        {
            int tiles = (Math.Min(Plan.PageTokens, tokens - token) + 15) / 16;
            Score({{PlanText.Argument(plan)}}pool.Address(*pages), tiles, queries, scores + token);
        }
        """;

    private static string CountedScores(PipelinePlan plan) => $$"""
        for (int token = 0; token < tokens; token += Plan.PageTokens, pages++)
        {
            byte* page = pool.Address(*pages);
            // A page that was brought in need not be full: places without a token get no weight.
            int valid = *(int*)(page + Plan.CountOffset);
            Score({{PlanText.Argument(plan)}}page, (valid + 15) / 16, queries, scores + token);
            for (int member = 0; member < Plan.GroupSize && valid < Plan.PageTokens; member++)
            {
                new Span<float>(scores + (member * Plan.ScoreStride) + token + valid, Plan.PageTokens - valid).Fill(float.NegativeInfinity);
            }
        }
        """;

    private static string FullValues(PipelinePlan plan) => $$"""
        for (int token = 0; token < tokens; token += Plan.PageTokens, pages++)
        {
            byte* block = pool.Address(*pages) + Plan.ValueOffset;
            Accumulate({{PlanText.Argument(plan)}}block, Math.Min(Plan.PageTokens, tokens - token), scores + token, values);
        }
        """;

    private static string CountedValues(PipelinePlan plan) => $$"""
        for (int token = 0; token < tokens; token += Plan.PageTokens, pages++)
        {
            byte* page = pool.Address(*pages);
            Accumulate({{PlanText.Argument(plan)}}page + Plan.ValueOffset, *(int*)(page + Plan.CountOffset), scores + token, values);
        }
        """;

    private const string KeptQueries = """

        // Queries without the channels that the keys of full pages lack.
        float* kept = values + (Plan.GroupSize * (Plan.HeadDim + 2));        // [G, KeyChannels], behind maxima and sums of the scratch
        for (int member = 0; member < Plan.GroupSize; member++)
        {
            for (int i = 0; i < Plan.KeyChannels; i++)
            {
                kept[(member * Plan.KeyChannels) + i] = queries[(member * Plan.HeadDim) + item->Table->Channels[i]];
            }
        }

        """;

    private static string SealedScores(PipelinePlan plan) => $$"""
        for (int token = 0; token < tokens; token += Plan.PageTokens, pages++)
        {
            // The last page, until it is full, is not {{(plan.Pages.Layout.Pruned ? "pruned" : "quantised")}} yet.
            if (tokens - token < Plan.PageTokens)
            {
                ScoreOpen({{PlanText.Argument(plan)}}(byte*)item->Table->Residual, (tokens - token + 15) / 16, queries, scores + token);
            }
            else
            {
                Score({{PlanText.Argument(plan)}}pool.Address(*pages), Plan.PageTokens / 16, {{(plan.Pages.Layout.Pruned ? "kept" : "queries")}}, scores + token);
            }
        }
        """;

    private static string SealedValues(PipelinePlan plan) => $$"""
        for (int token = 0; token < tokens; token += Plan.PageTokens, pages++)
        {
            if (tokens - token < Plan.PageTokens)
            {
                AccumulateOpen({{PlanText.Argument(plan)}}(byte*)(item->Table->Residual + (Plan.PageTokens * Plan.HeadDim)), tokens - token, scores + token, values);
            }
            else
            {
                Accumulate({{PlanText.Argument(plan)}}pool.Address(*pages) + Plan.ValueOffset, Plan.PageTokens, scores + token, values);
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
}
