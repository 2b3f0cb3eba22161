using KvCompose.Samples.Needle;

namespace KvCompose.Samples.Evaluate;

/// <summary>A pipeline with a budget.</summary>
/// <param name="Pipeline">The pipeline.</param>
/// <param name="Budget">Share of a text that a head may keep.</param>
internal sealed record BudgetedPipeline(NeedlePipeline Pipeline, double Budget)
{
    public KvSession Open(NeedleModel model, int length) => Pipeline.Open(model, new NeedleBudget(new UniformBudget { Ratio = Budget }, length));

    /// <summary>Opens and closes a session at every length: what a pipeline refuses is known before any work is done.</summary>
    public void Check(NeedleModel model, IEnumerable<int> lengths)
    {
        foreach (int length in lengths)
        {
            try
            {
                Open(model, length).Dispose();
            }
            catch (StageOptionException problem)
            {
                throw new WrongArgumentException($"--budget {Budget} of {Pipeline.Name} at {length} tokens: {problem.Message}", problem);
            }
        }
    }
}
