using KvCompose.Generators.Emit.Statistics;
using KvCompose.Generators.Planning;
using KvCompose.Shared;

namespace KvCompose.Generators.Emit;

/// <summary>
/// Writes the observation pass: one walk over the key tiles that yields every statistic any stage asked for. The rows'
/// log-sum-exp comes from the exact attention, so each probability is one exponential, and no [heads, rows, tokens]
/// matrix exists.
/// </summary>
internal static partial class SelectionEmitter
{
    /// <summary>Observed rows whose scores of one tile are accumulated at once.</summary>
    private const int RowsAtOnce = 8;

    /// <summary>Dimensions written out in the body of the row loop.</summary>
    private const int ObservedDimensions = 4;

    private static void WriteObserve(SourceWriter writer, PipelinePlan plan)
    {
        writer.WriteLine("/// <summary>Key tiles of one head, a block at a time.</summary>");
        using (writer.WriteBlock("internal struct ObserveWork : IParallelWork"))
        {
            writer.WriteLine("/// <summary>Tiles of one item: 1024 keys, work enough to be worth a thread, and many items for every head of a long prompt.</summary>");
            writer.WriteLine("private const int BlockTiles = 64;");
            writer.WriteLine();
            writer.WriteLine($"{PlanText.Field(plan)}public float* Tiles;");
            if (plan.Observation.ReadsWindow)
            {
                writer.WriteLine("public float* Queries;");
                writer.WriteLine("public float* LogSumExp;");
                writer.WriteLine("public int Rows;");
                writer.WriteLine("public float SoftCap;");
                if (plan.Prefill.Propagates)
                {
                    writer.WriteLine("public int KnownRows;");
                }
            }

            foreach (ObservedStatistic statistic in Fused(plan.Observation))
            {
                writer.WriteLine($"public float* {statistic.Name};");
            }

            writer.WriteLine($$"""
                public int Tokens;
                public int Stride;

                /// <summary>Tiles with a token that is scored.</summary>
                private readonly int ObservedTiles => KeyTiles.Count({{ScoredTokens(plan)}});

                private readonly int Blocks => (ObservedTiles + BlockTiles - 1) / BlockTiles;

                public readonly int Items(int heads) => heads * Blocks;

                """);
            using (writer.WriteBlock("public readonly void Run(int item, int worker)"))
            {
                writer.WriteLine("""
                    int head = item / Blocks, first = item % Blocks * BlockTiles;
                    int last = Math.Min(first + BlockTiles, ObservedTiles);
                    float* tile = Tiles + ((((nint)head * KeyTiles.Count(Tokens)) + first) * 16 * Plan.HeadDim);
                    """);
                using (writer.WriteBlock("for (int i = first; i < last; i++, tile += 16 * Plan.HeadDim)"))
                {
                    writer.WriteLine("nint token = (nint)i * 16;");
                    foreach (ObservedStatistic statistic in plan.Observation.In(StatisticPass.Keys))
                    {
                        writer.WriteLine($"{KeyFormula.Of(statistic).Method}({PlanText.Argument(plan)}tile).Store({statistic.Name} + ((nint)head * Stride) + token);");
                    }

                    if (plan.Observation.ReadsWindow)
                    {
                        WriteMembers(writer, plan);
                    }
                }
            }
        }

        if (plan.Observation.ReadsWindow)
        {
            writer.WriteLine();
            WriteKeepQueries(writer, plan);
        }

        foreach (ObservedStatistic statistic in plan.Observation.In(StatisticPass.Keys))
        {
            writer.WriteLine();
            writer.WriteLine(KeyFormula.Of(statistic).Loop(PlanText.Parameter(plan)));
        }
    }

    /// <summary>What the fused pass computes: all but what the second pass over all rows does, and the library.</summary>
    public static IEnumerable<ObservedStatistic> Fused(ObservationPlan plan)
        => plan.Statistics.Where(static statistic => statistic.Pass is StatisticPass.Window or StatisticPass.Keys);

    private static void WriteMembers(SourceWriter writer, PipelinePlan plan)
    {
        ObservedStatistic[] all = [.. plan.Observation.In(StatisticPass.Window)];
        ObservedStatistic[] shared = [.. all.Where(static statistic => !statistic.PerQueryHead)];
        foreach (ObservedStatistic statistic in shared)
        {
            writer.WriteLine($"Vector512<float> {RowFormula.Of(statistic).Local} = Vector512<float>.Zero;");
        }

        using (writer.WriteBlock("for (int member = 0; member < Plan.GroupSize; member++)"))
        {
            // A layer that cuts knows the log-sum-exp of its last rows only.
            string known = plan.Prefill.Propagates ? "KnownRows" : "Tokens";
            writer.WriteLine($"""
                int queryHead = (head * Plan.GroupSize) + member;
                float* queries = Queries + ((nint)queryHead * Plan.ObservedRows * Plan.HeadDim);
                float* logSumExp = LogSumExp + ((nint)queryHead * {known}) + ({known} - Rows);
                ObservedTile totals = default(ObservedTile);
                int row = 0;
                """);
            string mask = ", SoftCap" + (plan.Observation.Masks ? ", (int)token, Tokens - Rows + row" : "");
            writer.WriteLine($$"""
                for (; row <= Rows - {{RowsAtOnce}}; row += {{RowsAtOnce}})
                {
                    Observe{{RowsAtOnce}}({{PlanText.Argument(plan)}}tile, queries + (row * Plan.HeadDim), logSumExp + row{{mask}}, ref totals);
                }

                for (; row < Rows; row++)
                {
                    Observe1({{PlanText.Argument(plan)}}tile, queries + (row * Plan.HeadDim), logSumExp + row{{mask}}, ref totals);
                }

                """);
            foreach (ObservedStatistic statistic in all)
            {
                RowFormula formula = RowFormula.Of(statistic);
                writer.WriteLine(statistic.PerQueryHead
                    ? $"{formula.Value}.Store({statistic.Name} + ((nint)queryHead * Stride) + token);"
                    : $"{formula.Local} += {formula.Value};");
            }
        }

        foreach (ObservedStatistic statistic in shared)
        {
            writer.WriteLine();
            writer.WriteLine($"{RowFormula.Of(statistic).Local}.Store({statistic.Name} + ((nint)head * Stride) + token);");
        }
    }

    private static void WriteKeepQueries(SourceWriter writer, PipelinePlan plan) => writer.WriteLine($$"""
        /// <summary>Copies the observed rows' queries as [Hq][rows][d], scaled by log2(e)/√d.</summary>
        internal static void KeepWindowQueries({{PlanText.Parameter(plan)}}float* queries, int tokens, int rows, int heads, float* window)
        {
            int queryHeads = heads * Plan.GroupSize;
            float scale = VectorExponential.Log2E / MathF.Sqrt(Plan.HeadDim);
            for (int head = 0; head < queryHeads; head++)
            {
                for (int row = 0; row < rows; row++)
                {
                    float* source = queries + ((((nint)(tokens - rows + row) * queryHeads) + head) * Plan.HeadDim);
                    float* target = window + ((((nint)head * Plan.ObservedRows) + row) * Plan.HeadDim);
                    for (int i = 0; i < Plan.HeadDim; i++)
                    {
                        target[i] = source[i] * scale;
                    }
                }
            }
        }
        """);

    private static void WriteRows(SourceWriter writer, PipelinePlan plan, int rows)
    {
        RowFormula[] formulas = RowFormula.AllOf(plan.Observation);
        if (rows > 1)
        {
            writer.WriteLine("/// <summary>Statistics of one tile under one query head, over the rows so far.</summary>");
            using (writer.WriteBlock("internal struct ObservedTile"))
            {
                foreach (RowFormula formula in formulas)
                {
                    writer.WriteLine(formula.Fields);
                }
            }

            writer.WriteLine();
        }

        string mask = ", float softCap" + (plan.Observation.Masks ? ", int firstKey, int firstRow" : "");
        writer.WriteLine($"/// <summary>Adds {(rows == 1 ? "one row" : CSharpLiteral.Of(rows) + " rows")} to the statistics of a tile.</summary>");
        writer.WriteLine("[MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]");
        using (writer.WriteBlock($"private static void Observe{CSharpLiteral.Of(rows)}({PlanText.Parameter(plan)}float* tile, float* queries, float* logSumExp{mask}, ref ObservedTile totals)"))
        {
            for (int row = 0; row < rows; row++)
            {
                writer.WriteLine($"Vector512<float> dot{row} = Vector512<float>.Zero;");
            }

            writer.WriteLine();
            WriteProducts(writer, plan, rows);
            writer.WriteLine();
            WriteProbabilities(writer, plan.Observation, rows);

            // The sum comes last: the others need that of the earlier rows.
            foreach (RowFormula formula in Enumerable.Reverse(formulas))
            {
                formula.WriteRows(writer, rows);
            }
        }
    }

    /// <summary>Sums the products of rows and keys. Rows are constant displacements apart where d is a constant, else every row has a pointer.</summary>
    private static void WriteProducts(SourceWriter writer, PipelinePlan plan, int rows)
    {
        if (plan.Open)
        {
            writer.WriteLine("nint headDim = Plan.HeadDim;");
            for (int row = 1; row < rows; row++)
            {
                writer.WriteLine($"float* query{row} = {(row == 1 ? "queries" : "query" + CSharpLiteral.Of(row - 1))} + headDim;");
            }
        }

        using (writer.WriteBlock(plan.Open
            ? $"for (nint i = 0; i < headDim; i += {ObservedDimensions}, tile += {ObservedDimensions * 16})"
            : $"for (int i = 0; i < Plan.HeadDim; i += {ObservedDimensions}, tile += {ObservedDimensions * 16}, queries += {ObservedDimensions})"))
        {
            for (int step = 0; step < ObservedDimensions; step++)
            {
                writer.WriteLine($"Vector512<float> key{step} = Vector512.Load({Expression.Plus("tile", step * 16)});");
                for (int row = 0; row < rows; row++)
                {
                    string element = plan.Open
                        ? $"{(row == 0 ? "queries" : "query" + CSharpLiteral.Of(row))}[{Expression.Plus("i", step)}]"
                        : $"queries[{Expression.Plus(Expression.Times(row, "Plan.HeadDim"), step)}]";
                    writer.WriteLine($"dot{row} = Vector512.MultiplyAddEstimate(key{CSharpLiteral.Of(step)}, Vector512.Create({element}), dot{CSharpLiteral.Of(row)});");
                }
            }
        }
    }

    private static void WriteProbabilities(SourceWriter writer, ObservationPlan plan, int rows)
    {
        using (writer.WriteBlock("if (softCap > 0)"))
        {
            for (int row = 0; row < rows; row++)
            {
                writer.WriteLine($"dot{row} = ScoreCap.Of(dot{row}, softCap);");
            }
        }

        writer.WriteLine();
        writer.WriteLine("// Probabilities: the score less the row's log-sum-exp, in powers of two.");
        for (int row = 0; row < rows; row++)
        {
            writer.WriteLine($"dot{row} -= Vector512.Create(logSumExp[{row}] * VectorExponential.Log2E);");
            writer.WriteLine($"Vector512<float> p{row} = VectorExponential.PowerOfTwo(Vector512.MinNative(dot{row}, Vector512.Create(LargestExponent)));");
            if (plan.Masks)
            {
                string last = Expression.Plus("firstRow", row);
                writer.WriteLine($"""
                    p{row} = Vector512.ConditionalSelect(
                        Vector512.LessThanOrEqual(Vector512.Create(firstKey) + Vector512<int>.Indices, Vector512.Create({last})).AsSingle(), p{row}, Vector512<float>.Zero);
                    """);
            }
        }

        string sum = string.Join(" + ", Enumerable.Range(0, rows).Select(static row => $"p{CSharpLiteral.Of(row)}"));
        writer.WriteLine($"Vector512<float> sum = {sum};");
    }
}
