using KvCompose.Generators.Planning;

namespace KvCompose.Generators.Emit.Kernels;

/// <summary>Writes the scores of the prompt under a watched head, from the scores that a step's attention left: no key is read again.</summary>
internal static class WatchScoreKernel
{
    public static Kernel Of(PipelinePlan plan) => new(
        "WatchScoreKernel",
        "Scores of 128 tokens of the prompt under one watched head. Group (128 tokens, watched head).",
        [AttendKernel.Logits, MonitorParameters.PromptTokens, MonitorParameters.LogSumExp, MonitorParameters.Scores, KernelParameter.Stride],
        Synchronises: true,
        writer => WriteBody(writer, plan));

    private static void WriteBody(KernelWriter writer, PipelinePlan plan)
    {
        int reach = plan.Prefill.PoolingKernel / 2;
        bool average = plan.Prefill.Pooling == PoolingKind.Average;
        writer.Line($$"""
            ArrayView<float> padded = SharedMemory.Allocate<float>({{KernelPlan.Threads + (2 * reach)}});
            int thread = Group.IdxX;
            int first = Grid.IdxX * {{KernelPlan.Threads}};
            int count = promptTokens[Grid.IdxY];
            """);
        using (writer.Block("if (first >= count)"))
        {
            writer.Return();
        }

        writer.Line("float score = 0;");
        using (writer.Block("for (int member = 0; member < GroupSize; member++)"))
        {
            writer.Line($$"""
                // Probabilities over the prompt of these tokens and {{reach}} on either side; what lies outside of it counts as {{(average ? "zero" : "nothing")}}.
                long pair = (long)Grid.IdxY * GroupSize + member;
                for (int place = thread; place < {{KernelPlan.Threads + (2 * reach)}}; place += {{KernelPlan.Threads}})
                {
                    int near = first + place - {{reach}};
                    padded[place] = near >= 0 && near < count
                        ? XMath.Exp(logits[pair * stride + near] - promptLogSumExp[pair])
                        : {{(average ? "0" : "float.NegativeInfinity")}};
                }

                """);
            writer.Barrier();
            StageScoreKernel.WritePooled(writer, plan, average);
            writer.Line(plan.Prefill.Reduction == GroupReduction.Max
                ? "score = member == 0 ? pooled : XMath.Max(score, pooled);"
                : "score = member == 0 ? pooled : score + pooled;");
            writer.Barrier();
        }

        writer.Line();
        using (writer.Block("if (first + thread < count)"))
        {
            string mean = plan.Prefill.Reduction == GroupReduction.Mean && plan.GroupSize > 1 ? " * (1f / GroupSize)" : "";
            writer.Line($"watchScores[(long)Grid.IdxY * stride + first + thread] = score{mean};");
        }
    }
}
