namespace KvCompose.Evaluation;

/// <summary>How near a compressed cache stays to the full one when it reads the full cache's continuation.</summary>
/// <param name="Agreement">Share of the tokens that would also have been its own likeliest, 0 to 1.</param>
/// <param name="Divergence">Mean Kullback–Leibler divergence of its distribution from the full cache's, in nats.</param>
public readonly record struct Fidelity(double Agreement, double Divergence)
{
    /// <summary>Feeds the continuation to a session after the sample's first question.</summary>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static Fidelity Of(
        PipelineEvaluator evaluator, TaskSample sample, QuestionMode mode, Continuation reference, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(evaluator);
        ArgumentNullException.ThrowIfNull(sample);
        ArgumentNullException.ThrowIfNull(reference);
        evaluator.AskFirst(sample, mode, cancellation);
        int agreed = 0;
        double divergence = 0;
        for (int i = 0; i < reference.Tokens.Count; i++)
        {
            agreed += evaluator.Session.GreedyToken() == reference.Tokens[i] ? 1 : 0;
            divergence += KullbackLeibler.Divergence(reference.Logits[i], evaluator.Session.Logits());
            evaluator.Step(reference.Tokens[i], cancellation);
        }

        return new Fidelity((double)agreed / reference.Tokens.Count, divergence / reference.Tokens.Count);
    }
}
