using KvCompose.Generators.Emit.Statistics;
using KvCompose.Generators.Planning;
using KvCompose.Shared;

namespace KvCompose.Generators.Emit;

/// <summary>
/// Writes the second pass over all rows of a prompt: what each key collects from every query that sees it. Each probability is
/// made again from the row's log-sum-exp, so that time is quadratic and memory is not.
/// </summary>
internal static partial class SelectionEmitter
{
    private static void WriteAllRows(SourceWriter writer, PipelinePlan plan) => writer.WriteLine($$"""
        /// <summary>Copies the queries of one head as [rows][d], scaled by log2(e)/√d.</summary>
        internal struct KeepQueriesWork : IParallelWork
        {
            {{PlanText.Field(plan)}}public float* Queries;
            public float* Kept;
            public int Tokens;
            public int Heads;

            public readonly void Run(int queryHead, int worker)
            {
                int queryHeads = Heads * Plan.GroupSize;
                float scale = VectorExponential.Log2E / MathF.Sqrt(Plan.HeadDim);
                float* target = Kept + ((nint)queryHead * Tokens * Plan.HeadDim);
                for (int row = 0; row < Tokens; row++, target += Plan.HeadDim)
                {
                    float* source = Queries + ((((nint)row * queryHeads) + queryHead) * Plan.HeadDim);
                    for (int i = 0; i < Plan.HeadDim; i += 16)
                    {
                        (Vector512.Load(source + i) * scale).Store(target + i);
                    }
                }
            }
        }

        /// <summary>One tile of 16 keys under the query heads of its group. Early tiles are seen by most rows: they come first.</summary>
        internal struct AllRowsWork : IParallelWork
        {
            {{PlanText.Field(plan)}}public float* Tiles;
            public float* Queries;
            public float* LogSumExp;
            {{string.Join("\n", plan.Observation.In(StatisticPass.AllRows).Select(static statistic => $"public float* {statistic.Name};"))}}
            public int Heads;
            public int Tokens;
            public int Stride;
            public float SoftCap;

            public readonly int Items() => Heads * KeyTiles.Count(Tokens);

            public readonly void Run(int item, int worker)
            {
                int head = item % Heads, first = item / Heads * 16;
                float* tile = Tiles + ((((nint)head * KeyTiles.Count(Tokens)) + (item / Heads)) * 16 * Plan.HeadDim);
                for (int member = 0; member < Plan.GroupSize; member++)
                {
                    int queryHead = (head * Plan.GroupSize) + member;
                    float* queries = Queries + ((nint)queryHead * Tokens * Plan.HeadDim);
                    float* logSumExp = LogSumExp + ((nint)queryHead * Tokens);
                    ObservedTile totals = default(ObservedTile);
                    int row = first;
                    for (; row <= Tokens - 8; row += 8)
                    {
                        Observe8({{PlanText.Argument(plan)}}tile, queries + ((nint)row * Plan.HeadDim), logSumExp + row, SoftCap, first, row, ref totals);
                    }

                    for (; row < Tokens; row++)
                    {
                        Observe1({{PlanText.Argument(plan)}}tile, queries + ((nint)row * Plan.HeadDim), logSumExp + row, SoftCap, first, row, ref totals);
                    }

                    {{string.Join("\n", plan.Observation.In(StatisticPass.AllRows).Select(static statistic => $"{RowFormula.Of(statistic).Value}.Store({statistic.Name} + ((nint)queryHead * Stride) + first);"))}}
                }
            }
        }
        """);
}
