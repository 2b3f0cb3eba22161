using KvCompose.Evaluation;
using KvCompose.Models;

namespace KvCompose.Samples.Evaluate;

/// <summary>
/// Computes the cells of one length: draws its texts once, and asks the full cache for its continuations once. Distributions are compared
/// in the first mode only.
/// </summary>
/// <param name="model">The model.</param>
/// <param name="baseline">A session with the full cache.</param>
/// <param name="length">Most tokens of a text.</param>
/// <param name="arguments">How many texts, of which seed.</param>
internal sealed class CellRunner(LanguageModel model, PipelineEvaluator baseline, int length, EvaluateArguments arguments)
{
    private readonly Dictionary<string, (TaskSample[] Samples, Continuation[] References)> _drawn = [];

    public CellResult Run(CellKey key, EvaluationTask task, PipelineEvaluator evaluator, CancellationToken cancellation)
    {
        (TaskSample[] samples, Continuation[] references) = Draw(task, cancellation);
        var answers = new List<SampleAnswer>();
        var predictions = new List<Prediction>();
        int[][] kept = [];
        foreach (TaskSample sample in samples)
        {
            SampleAnswer answer = evaluator.Answer(sample, task.AnswerTokens, key.Mode, cancellation);
            kept = answers.Count == 0 ? evaluator.KeptOfHead : kept;
            predictions.AddRange(sample.Questions.Zip(answer.Texts, (question, predicted) => new Prediction(
                answers.Count, question.Text, question.AnswerPrefix, question.Answers, predicted, task.Score(predicted, question.Answers), question.Depth)));
            answers.Add(answer);
        }

        Fidelity[] fidelity = key.Mode != arguments.Modes[0] ? [] : [.. samples.Zip(references, (sample, reference) => Fidelity.Of(evaluator, sample, key.Mode, reference, cancellation))];
        return new CellResult(
            key, task.AnswerTokens, predictions, CellCost.Of(answers),
            fidelity.Length == 0 ? null : new Fidelity(fidelity.Average(one => one.Agreement), fidelity.Average(one => one.Divergence)), kept);
    }

    private (TaskSample[] Samples, Continuation[] References) Draw(EvaluationTask task, CancellationToken cancellation)
    {
        if (!_drawn.TryGetValue(task.Name, out (TaskSample[] Samples, Continuation[] References) drawn))
        {
            TaskSample[] samples = [.. task.Samples(TaskList.Extent(model, length), arguments.Seed).Take(arguments.Samples)];
            drawn = (samples, [.. samples.Take(arguments.FidelitySamples).Select(sample => Continuation.Of(baseline, sample, task.AnswerTokens, cancellation))]);
            _drawn.Add(task.Name, drawn);
        }

        return drawn;
    }
}
