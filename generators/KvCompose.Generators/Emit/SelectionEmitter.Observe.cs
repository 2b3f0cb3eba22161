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
            writer.WriteLine("private const int BlockTiles = 64;");
            writer.WriteLine();
            writer.WriteLine("public float* Tiles;");
            if (plan.ObservesWindow)
            {
                writer.WriteLine("public float* Queries;");
                writer.WriteLine("public float* LogSumExp;");
                writer.WriteLine("public int Rows;");
                if (plan.Propagates)
                {
                    writer.WriteLine("public int KnownRows;");
                }

                writer.WriteLine("public float* Sums;");
            }

            if (plan.ObservesVariance)
            {
                writer.WriteLine("public float* Variances;");
            }

            if (plan.ObservesEntropy)
            {
                writer.WriteLine("public float* Entropies;");
            }

            if (plan.ObservesKeyNorm)
            {
                writer.WriteLine("public float* Norms;");
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
                    if (plan.ObservesKeyNorm)
                    {
                        writer.WriteLine("KeyNorm(tile).Store(Norms + ((nint)head * Stride) + token);");
                    }

                    if (plan.ObservesWindow)
                    {
                        WriteMembers(writer, plan);
                    }
                }
            }
        }

        if (plan.ObservesWindow)
        {
            writer.WriteLine();
            WriteKeepQueries(writer);
        }

        if (plan.ObservesKeyNorm)
        {
            writer.WriteLine();
            WriteKeyNorm(writer);
        }
    }

    private static void WriteMembers(SourceWriter writer, PipelinePlan plan)
    {
        if (plan.ObservesEntropy)
        {
            writer.WriteLine("Vector512<float> entropy = Vector512<float>.Zero;");
        }

        using (writer.WriteBlock("for (int member = 0; member < Plan.GroupSize; member++)"))
        {
            // A layer that cuts knows the log-sum-exp of its last rows only.
            string known = plan.Propagates ? "KnownRows" : "Tokens";
            writer.WriteLine($"""
                int queryHead = (head * Plan.GroupSize) + member;
                float* queries = Queries + ((nint)queryHead * Plan.ObservedRows * Plan.HeadDim);
                float* logSumExp = LogSumExp + ((nint)queryHead * {known}) + ({known} - Rows);
                var seen = default(ObservedTile);
                int row = 0;
                """);
            string mask = plan.MasksObservation ? ", (int)token, Tokens - Rows + row" : "";
            writer.WriteLine($$"""
                for (; row <= Rows - {{RowsAtOnce}}; row += {{RowsAtOnce}})
                {
                    Observe{{RowsAtOnce}}(tile, queries + (row * Plan.HeadDim), logSumExp + row{{mask}}, ref seen);
                }

                for (; row < Rows; row++)
                {
                    Observe1(tile, queries + (row * Plan.HeadDim), logSumExp + row{{mask}}, ref seen);
                }

                seen.Sum.Store(Sums + ((nint)queryHead * Stride) + token);
                """);
            if (plan.ObservesVariance)
            {
                writer.WriteLine("(seen.Squares / Vector512.Create((float)Math.Max(1, Rows - 1))).Store(Variances + ((nint)queryHead * Stride) + token);");
            }

            if (plan.ObservesEntropy)
            {
                writer.WriteLine("entropy += seen.Entropy;");
            }
        }

        if (plan.ObservesEntropy)
        {
            writer.WriteLine();
            writer.WriteLine("entropy.Store(Entropies + ((nint)head * Stride) + token);");
        }
    }

    private static void WriteKeepQueries(SourceWriter writer) => writer.WriteLine("""
        /// <summary>Copies the observed rows' queries as [Hq][rows][d], scaled by log2(e)/√d.</summary>
        internal static void KeepWindowQueries(float* queries, int tokens, int rows, int heads, float* window)
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
        if (rows > 1)
        {
            writer.WriteLine("/// <summary>What the observed rows have told of one tile under one query head.</summary>");
            using (writer.WriteBlock("internal struct ObservedTile"))
            {
                writer.WriteLine("public Vector512<float> Sum;");
                if (plan.ObservesVariance)
                {
                    writer.WriteLine("public Vector512<float> Squares;");
                    writer.WriteLine("public float Rows;");
                }

                if (plan.ObservesEntropy)
                {
                    writer.WriteLine("public Vector512<float> Entropy;");
                }
            }

            writer.WriteLine();
        }

        string mask = plan.MasksObservation ? ", int firstKey, int firstRow" : "";
        writer.WriteLine($"/// <summary>Adds {(rows == 1 ? "one row" : CSharpLiteral.Of(rows) + " rows")} to what is known of a tile.</summary>");
        writer.WriteLine("[MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]");
        using (writer.WriteBlock($"private static void Observe{CSharpLiteral.Of(rows)}(float* tile, float* queries, float* logSumExp{mask}, ref ObservedTile seen)"))
        {
            for (int row = 0; row < rows; row++)
            {
                writer.WriteLine($"Vector512<float> dot{row} = Vector512<float>.Zero;");
            }

            writer.WriteLine();
            using (writer.WriteBlock($"for (int i = 0; i < Plan.HeadDim; i += {ObservedDimensions}, tile += {ObservedDimensions * 16}, queries += {ObservedDimensions})"))
            {
                for (int step = 0; step < ObservedDimensions; step++)
                {
                    string place = step == 0 ? "tile" : $"tile + {CSharpLiteral.Of(step * 16)}";
                    writer.WriteLine($"Vector512<float> key{step} = Vector512.Load({place});");
                    for (int row = 0; row < rows; row++)
                    {
                        string offset = row == 0 ? CSharpLiteral.Of(step) : $"({CSharpLiteral.Of(row)} * Plan.HeadDim) + {CSharpLiteral.Of(step)}";
                        writer.WriteLine($"dot{row} = Vector512.MultiplyAddEstimate(key{CSharpLiteral.Of(step)}, Vector512.Create(queries[{offset}]), dot{CSharpLiteral.Of(row)});");
                    }
                }
            }

            writer.WriteLine();
            writer.WriteLine("// Probabilities: the score less the row's log-sum-exp, in powers of two.");
            for (int row = 0; row < rows; row++)
            {
                writer.WriteLine($"dot{row} -= Vector512.Create(logSumExp[{row}] * VectorExponential.Log2E);");
                writer.WriteLine($"Vector512<float> p{row} = VectorExponential.PowerOfTwo(Vector512.MinNative(dot{row}, Vector512.Create(126f)));");
                if (plan.MasksObservation)
                {
                    writer.WriteLine($"p{row} = Vector512.ConditionalSelect(Vector512.LessThanOrEqual(Vector512.Create(firstKey) + Vector512<int>.Indices, Vector512.Create(firstRow + {row})).AsSingle(), p{row}, Vector512<float>.Zero);");
                }
            }

            WriteStatistics(writer, plan, rows);
        }
    }

    private static void WriteStatistics(SourceWriter writer, PipelinePlan plan, int rows)
    {
        string sum = string.Join(" + ", Enumerable.Range(0, rows).Select(static row => $"p{CSharpLiteral.Of(row)}"));
        writer.WriteLine($"Vector512<float> sum = {sum};");
        if (plan.ObservesEntropy)
        {
            string entropy = string.Join("\n    + ", Enumerable.Range(0, rows).Select(static row => $"(p{CSharpLiteral.Of(row)} * dot{CSharpLiteral.Of(row)})"));
            writer.WriteLine($"seen.Entropy -= ({entropy}) * Vector512.Create(VectorExponential.Ln2);");
        }

        if (plan.ObservesVariance)
        {
            string squares = string.Join("\n    + ", Enumerable.Range(0, rows).Select(static row => $"((p{CSharpLiteral.Of(row)} - mean) * (p{CSharpLiteral.Of(row)} - mean))"));
            writer.WriteLine($"""

                // Squared deviations of these rows, joined with those of the earlier ones (Chan et al.).
                Vector512<float> mean = sum * Vector512.Create(1f / {rows});
                Vector512<float> apart = seen.Rows == 0 ? Vector512<float>.Zero : mean - (seen.Sum / Vector512.Create(seen.Rows));
                seen.Squares += {squares};
                seen.Squares += apart * apart * Vector512.Create(seen.Rows * {rows} / (seen.Rows + {rows}));
                seen.Rows += {rows};
                """);
        }

        writer.WriteLine("seen.Sum += sum;");
    }

    private static void WriteKeyNorm(SourceWriter writer) => writer.WriteLine("""
        /// <summary>Norms of a tile's 16 keys.</summary>
        private static Vector512<float> KeyNorm(float* tile)
        {
            Vector512<float> squares = Vector512<float>.Zero;
            for (int i = 0; i < Plan.HeadDim; i++, tile += 16)
            {
                Vector512<float> element = Vector512.Load(tile);
                squares = Vector512.MultiplyAddEstimate(element, element, squares);
            }

            return Vector512.Sqrt(squares);
        }
        """);
}
