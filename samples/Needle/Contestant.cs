using KvCompose.Evaluation;
using KvCompose.Models;

namespace KvCompose.Samples.Needle;

/// <summary>A pipeline with its budget, its session and its score.</summary>
internal sealed class Contestant(string name, string? budget, KvSession session) : IDisposable
{
    public string Name => name;

    /// <summary>The budget as a table shows it; null where only one is compared.</summary>
    public string? Budget => budget;

    public KvSession Session => session;

    public NeedleScore Score { get; } = new();

    public static Contestant[] OpenAll(LlamaModel model, NeedleArguments arguments)
    {
        var opened = new List<Contestant>();
        try
        {
            foreach (NeedlePipeline pipeline in arguments.Pipelines)
            {
                foreach (UniformBudget uniform in arguments.Budgets.Take(pipeline.KeepsEverything ? 1 : arguments.Budgets.Count))
                {
                    var budget = new NeedleBudget(uniform, arguments.Length) { MeasureRecall = arguments.Recall };
                    string? shown = arguments.Budgets.Count == 1 ? null : pipeline.KeepsEverything ? "all" : budget.ToString();
                    opened.Add(new Contestant(pipeline.Name, shown, pipeline.Open(model, budget)));
                }
            }

            return [.. opened];
        }
        catch (Exception problem)
        {
            opened.ForEach(contestant => contestant.Dispose());
            if (problem is StageOptionException)
            {
                throw new WrongArgumentException($"--budget: {problem.Message}", problem);
            }

            throw;
        }
    }

    public void Dispose() => session.Dispose();
}
