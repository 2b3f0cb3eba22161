using KvCompose.Generators.Planning;
using KvCompose.Shared;

namespace KvCompose.Generators.Emit.Kernels;

/// <summary>Writes the scores: the stage's own formula, pooled along the tokens and reduced over the group.</summary>
internal static class StageScoreKernel
{
    public static Kernel Of(PipelinePlan plan) => new(
        "ScoreKernel",
        $"Scores of 128 tokens of one key-value head{Scored(plan)}. Group (128 tokens, head).",
        [.. Parameters(plan)],
        Synchronises: plan.Prefill.PoolingKernel > 1,
        writer => WriteBody(writer, plan));

    /// <summary>Tokens that are scored of a head's <c>count</c>: the window's too where scores are collected, for they may leave later.</summary>
    public static string Candidates(PipelinePlan plan) => plan.Observation.Collects ? "count" : "count - Window";

    /// <summary>The same for a summary.</summary>
    public static string Scored(PipelinePlan plan) => plan.Observation.Collects ? "" : "; only tokens before the window";

    private static IEnumerable<KernelParameter> Parameters(PipelinePlan plan)
    {
        yield return KernelParameter.Pool;
        yield return KernelParameter.PageTable;
        yield return KernelParameter.TableStart;
        yield return KernelParameter.Tokens;
        yield return KernelParameter.Ints("promptTokens", "[heads], tokens of the prompt of the head's sequence.");
        foreach (ObservedStatistic statistic in plan.Observation.Scored)
        {
            yield return ObserveKernel.Parameter(statistic);
        }

        if (plan.Prefill.Selection.HasRunTimeOptions)
        {
            yield return new KernelParameter(plan.Prefill.Selection.Type.FullyQualifiedName, "options", "Options of the selection stage.");
        }

        yield return KernelParameter.Floats("scores", "[heads][stride].");
        yield return KernelParameter.Stride;
    }

    private static void WriteBody(KernelWriter writer, PipelinePlan plan)
    {
        int reach = plan.Prefill.PoolingKernel / 2;
        bool pools = plan.Prefill.PoolingKernel > 1;
        if (pools)
        {
            writer.Line($"ArrayView<float> padded = SharedMemory.Allocate<float>({KernelPlan.Threads + (2 * reach)});");
        }

        writer.Line($"""
            ArrayView<int> positions = pool.Cast<int>();
            int thread = Group.IdxX;
            int head = Grid.IdxY;
            int first = Grid.IdxX * {KernelPlan.Threads};
            int count = tokens[head];
            int candidates = {Candidates(plan)};
            """);
        using (writer.Block("if (first >= candidates)"))
        {
            writer.Return();
        }

        writer.Line();
        if (!plan.Prefill.Selection.HasRunTimeOptions)
        {
            writer.Line($"{plan.Prefill.Selection.Type} options = {StageValue.Of(plan.Prefill.Selection)};");
        }

        writer.Line("int token = first + thread;");
        writer.Line("float score = 0;");
        if (plan.Observation.ScoredHeads > 1)
        {
            using (writer.Block("for (int member = 0; member < GroupSize; member++)"))
            {
                WriteMember(writer, plan, reach);
            }
        }
        else
        {
            WriteMember(writer, plan, reach);
        }

        writer.Line();
        using (writer.Block("if (token < candidates)"))
        {
            string mean = plan.Prefill.Reduction == GroupReduction.Mean && plan.Observation.ScoredHeads > 1 ? " * (1f / GroupSize)" : "";
            writer.Line($"scores[(long)head * stride + token] = score{mean};");
        }
    }

    private static void WriteMember(KernelWriter writer, PipelinePlan plan, int reach)
    {
        if (plan.Prefill.PoolingKernel == 1)
        {
            writer.Line("float pooled = 0;");
            using (writer.Block("if (token < candidates)"))
            {
                WriteStage(writer, plan, "token", "pooled");
            }
        }
        else
        {
            bool average = plan.Prefill.Pooling == PoolingKind.Average;
            writer.Line($"// The stage's scores of these tokens and {reach} on either side; what is no candidate counts as {(average ? "zero" : "nothing")}.");
            using (writer.Block($"for (int place = thread; place < {KernelPlan.Threads + (2 * reach)}; place += {KernelPlan.Threads})"))
            {
                writer.Line($"int near = first + place - {reach};");
                writer.Line($"float own = {(average ? "0" : "float.NegativeInfinity")};");
                using (writer.Block("if (near >= 0 && near < candidates)"))
                {
                    WriteStage(writer, plan, "near", "own");
                }

                writer.Line();
                writer.Line("padded[place] = own;");
            }

            writer.Line();
            writer.Barrier();
            WritePooled(writer, plan, average);
        }

        if (plan.Observation.ScoredHeads == 1)
        {
            writer.Line("score = pooled;");
        }
        else if (plan.Prefill.Reduction == GroupReduction.Max)
        {
            writer.Line("score = member == 0 ? pooled : XMath.Max(score, pooled);");
        }
        else
        {
            writer.Line("score = member == 0 ? pooled : score + pooled;");
        }

        if (plan.Prefill.PoolingKernel > 1 && plan.Observation.ScoredHeads > 1)
        {
            writer.Barrier();
        }
    }

    /// <summary>Declares <c>pooled</c>, the thread's token and its neighbours in <c>padded</c>.</summary>
    public static void WritePooled(KernelWriter writer, PipelinePlan plan, bool average)
    {
        IEnumerable<string> near = Enumerable.Range(0, plan.Prefill.PoolingKernel).Select(static i => i == 0 ? "padded[thread]" : $"padded[thread + {CSharpLiteral.Of(i)}]");
        if (average)
        {
            writer.Line($"float pooled = ({string.Join(" + ", near)}) * (1f / {plan.Prefill.PoolingKernel});");
            return;
        }

        writer.Line("float pooled = padded[thread];");
        foreach (string one in near.Skip(1))
        {
            writer.Line($"pooled = XMath.Max(pooled, {one});");
        }
    }

    private static void WriteStage(KernelWriter writer, PipelinePlan plan, string token, string target)
    {
        writer.Line($"long page = pageTable[tableStart[head] + {token} / PageTokens];");
        string row = plan.Observation.ScoredHeads > 1 ? "((long)head * GroupSize + member)" : "(long)head";
        string set = string.Concat(plan.Observation.Scored.Select(statistic =>
            $"    {statistic.Property} = {statistic.LocalName}[{(statistic.PerQueryHead ? row : "(long)head")} * stride + {token}],\n"));
        writer.Line($$"""
            TokenStatistics statistics = new()
            {
                Position = positions[page * PageFloats + PagePositions + {{token}} % PageTokens],
                PromptTokens = promptTokens[head],
            {{set}}};
            {{target}} = {{plan.Prefill.Selection.Type}}.Score(in options, in statistics);
            """);
    }
}
