using KvCompose.Generators.Planning;
using KvCompose.Shared;

namespace KvCompose.Generators.Emit;

/// <summary>Writes the scores: the stage's own formula, pooled along the tokens and reduced over the group.</summary>
internal static partial class SelectionEmitter
{
    private static void WriteScore(SourceWriter writer, PipelinePlan plan)
    {
        writer.WriteLine(plan.Observation.Collects
            ? "/// <summary>Scores all tokens of one key-value head: the window's go on collecting too.</summary>"
            : "/// <summary>Scores the tokens of one key-value head that come before the window.</summary>");
        using (writer.WriteBlock("internal struct ScoreWork : IParallelWork"))
        {
            writer.WriteLine($"{PlanText.Field(plan)}public {plan.Prefill.Selection.Type} Options;");
            writer.WriteLine("public int[] Positions;");
            foreach (ObservedStatistic statistic in plan.Observation.Scored)
            {
                writer.WriteLine($"public float* {statistic.Name};");
            }

            writer.WriteLine("""
                public float* Scores;
                public float* Padded;
                public int PaddedStride;
                public int Stride;
                public int Tokens;
                public int PromptTokens;

                """);
            using (writer.WriteBlock("public readonly void Run(int head, int worker)"))
            {
                writer.WriteLine($$"""
                    int candidates = {{ScoredTokens(plan)}};
                    float* scores = Scores + ((nint)head * Stride);
                    float* padded = Padded + ((nint)worker * PaddedStride) + Plan.PoolingBorder;
                    """);
                using (OverHeads(writer, plan.Observation.ScoredHeads))
                {
                    WriteStageScore(writer, plan);
                    writer.WriteLine();
                    WritePooling(writer, plan, plan.Prefill.PoolingKernel, plan.Observation.ScoredHeads);
                }

                if (plan.Prefill.Reduction == GroupReduction.Mean && plan.Observation.ScoredHeads > 1)
                {
                    writer.WriteLine("""

                        for (int token = 0; token < candidates; token++)
                        {
                            scores[token] *= 1f / Plan.GroupSize;
                        }
                        """);
                }
            }
        }
    }

    /// <summary>A loop over the query heads of a group; nothing where one is scored.</summary>
    public static IDisposable? OverHeads(SourceWriter writer, int heads)
        => heads == 1 ? null : writer.WriteBlock("for (int member = 0; member < Plan.GroupSize; member++)");

    private static void WriteStageScore(SourceWriter writer, PipelinePlan plan)
    {
        foreach (ObservedStatistic statistic in plan.Observation.Scored)
        {
            string row = !statistic.PerQueryHead || plan.GroupSize == 1 ? "head" : "((head * Plan.GroupSize) + member)";
            writer.WriteLine($"float* {statistic.LocalName} = {statistic.Name} + ((nint){row} * Stride);");
        }

        using (writer.WriteBlock("for (int token = 0; token < candidates; token++)"))
        {
            string set = string.Concat(plan.Observation.Scored.Select(static statistic => $", {statistic.Property} = {statistic.LocalName}[token]"));
            writer.WriteLine($"TokenStatistics statistics = new() {{ Position = Positions[token], PromptTokens = PromptTokens{set} }};");
            writer.WriteLine($"padded[token] = {plan.Prefill.Selection.Type}.Score(in Options, in statistics);");
        }
    }

    /// <summary>Pools <c>padded</c> along its tokens and reduces it over the members into <c>scores</c>.</summary>
    public static void WritePooling(SourceWriter writer, PipelinePlan plan, int kernel, int members)
    {
        string target = members == 1 ? "scores[token] = pooled;" : plan.Prefill.Reduction switch
        {
            GroupReduction.Max => "scores[token] = member == 0 ? pooled : MathF.Max(scores[token], pooled);",
            _ => "scores[token] = member == 0 ? pooled : scores[token] + pooled;",
        };
        if (kernel == 1)
        {
            using (writer.WriteBlock("for (int token = 0; token < candidates; token++)"))
            {
                writer.WriteLine("float pooled = padded[token];");
                writer.WriteLine(target);
            }

            return;
        }

        bool average = plan.Prefill.Pooling == PoolingKind.Average;
        string neutral = average ? "0" : "float.NegativeInfinity";
        int reach = kernel / 2;
        writer.WriteLine($"""
            // Borders that count as {(average ? "zero" : "nothing")}: the window is not among the pooled tokens.
            new Span<float>(padded - {reach}, {reach}).Fill({neutral});
            new Span<float>(padded + candidates, {reach}).Fill({neutral});
            """);
        if (average)
        {
            WriteAverage(writer, plan, kernel, members);
            return;
        }

        using (writer.WriteBlock("for (int token = 0; token < candidates; token++)"))
        {
            writer.WriteLine($"float pooled = {At(-reach)};");
            for (int offset = -reach + 1; offset <= reach; offset++)
            {
                writer.WriteLine($"pooled = MathF.Max(pooled, {At(offset)});");
            }

            writer.WriteLine(target);
        }

        static string At(int offset) => offset switch
        {
            0 => "padded[token]",
            < 0 => $"padded[token - {CSharpLiteral.Of(-offset)}]",
            _ => $"padded[token + {CSharpLiteral.Of(offset)}]",
        };
    }

    /// <summary>Sixteen tokens at a time; what lies after the last candidate has room and is not looked at.</summary>
    private static void WriteAverage(SourceWriter writer, PipelinePlan plan, int kernel, int members)
    {
        int reach = kernel / 2;
        using (writer.WriteBlock("for (int token = 0; token < candidates; token += 16)"))
        {
            string sum = string.Join(" + ", Enumerable.Range(-reach, kernel).Select(static offset => $"Vector512.Load({At(offset)})"));
            writer.WriteLine($"Vector512<float> pooled = ({sum}) * Vector512.Create(1f / Plan.PoolingKernel);");
            if (members > 1)
            {
                string reduced = plan.Prefill.Reduction == GroupReduction.Max ? "Vector512.Max(Vector512.Load(scores + token), pooled)" : "Vector512.Load(scores + token) + pooled";
                writer.WriteLine($"pooled = member == 0 ? pooled : {reduced};");
            }

            writer.WriteLine("pooled.Store(scores + token);");
        }

        static string At(int offset) => offset switch
        {
            0 => "padded + token",
            < 0 => $"padded + token - {CSharpLiteral.Of(-offset)}",
            _ => $"padded + token + {CSharpLiteral.Of(offset)}",
        };
    }

    /// <summary>Tokens that are scored: what has always been kept counts too where scores are collected, for it may leave later.</summary>
    public static string ScoredTokens(PipelinePlan plan) => plan.Observation.Collects ? "Tokens" : "Tokens - Plan.Window";

    /// <summary>Floats before and after a pooled line, in whole vectors.</summary>
    public static int Border(PipelinePlan plan) => (plan.Prefill.PoolingKernel + 15) / 16 * 16;
}
