using KvCompose.Evaluation;

namespace KvCompose.Samples.Needle;

/// <summary>A pipeline with its budget, its session and its score.</summary>
internal sealed class PipelineRun(NeedlePipeline pipeline, string? budget, KvSession session) : IDisposable
{
    public string Name => pipeline.Name;

    /// <summary>Whether the budget does not apply to it.</summary>
    public bool KeepsEverything => pipeline.KeepsEverything;

    /// <summary>The budget as a table shows it; null where only one is compared.</summary>
    public string? Budget => budget;

    public KvSession Session => session;

    public NeedleScore Score { get; } = new();

    /// <param name="model">The model.</param>
    /// <param name="text">A text as long as those that are asked about.</param>
    /// <param name="arguments">Who takes part, and with how much.</param>
    /// <param name="cancellation">Ends the search for budgets.</param>
    public static PipelineRun[] OpenAll(NeedleModel model, NeedleText text, NeedleArguments arguments, CancellationToken cancellation)
    {
        var opened = new List<PipelineRun>();
        try
        {
            foreach (NeedlePipeline pipeline in arguments.Pipelines)
            {
                if (arguments.Mebibytes > 0 && !pipeline.KeepsEverything)
                {
                    NeedleBudget equal = EqualBytes.Find(pipeline, model, text, (long)(arguments.Mebibytes * (1 << 20)), cancellation);
                    opened.Add(new PipelineRun(pipeline, equal.ToString(), pipeline.Open(model, equal with { MeasureRecall = arguments.Recall })));
                    continue;
                }

                foreach (UniformBudget uniform in arguments.Budgets.Take(pipeline.KeepsEverything ? 1 : arguments.Budgets.Count))
                {
                    var budget = new NeedleBudget(uniform, arguments.Length) { MeasureRecall = arguments.Recall };
                    string? shown = arguments.Budgets.Count == 1 ? null : pipeline.KeepsEverything ? "all" : budget.ToString();
                    opened.Add(new PipelineRun(pipeline, shown, pipeline.Open(model, budget)));
                }
            }

            return [.. opened];
        }
        catch (Exception problem)
        {
            opened.ForEach(run => run.Dispose());
            if (problem is StageOptionException)
            {
                throw new WrongArgumentException($"--budget: {problem.Message}", problem);
            }

            throw;
        }
    }

    public void Dispose() => session.Dispose();
}
