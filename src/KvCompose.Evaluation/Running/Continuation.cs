namespace KvCompose.Evaluation;

/// <summary>How a session continues after a question: its tokens, and the distribution of which each was the most likely.</summary>
/// <param name="Tokens">The tokens, in order.</param>
/// <param name="Logits">For every token the logits [vocabulary] that it was taken from.</param>
public sealed record Continuation(IReadOnlyList<int> Tokens, IReadOnlyList<float[]> Logits)
{
    /// <summary>Lets the full cache continue greedily after the first question of a sample.</summary>
    /// <param name="full">A session that drops nothing.</param>
    /// <param name="sample">Context and question.</param>
    /// <param name="tokens">How many tokens; ends of answers do not end it.</param>
    /// <param name="cancellation">Ends it with an exception.</param>
    public static Continuation Of(PipelineEvaluator full, TaskSample sample, int tokens, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(full);
        ArgumentNullException.ThrowIfNull(sample);
        full.AskFirst(sample, QuestionMode.QueryAware, cancellation);
        var chosen = new List<int>();
        var logits = new List<float[]>();
        for (int i = 0; i < tokens; i++)
        {
            logits.Add(full.Session.Logits().ToArray());
            chosen.Add(full.Session.GreedyToken());
            full.Step(chosen[^1], cancellation);
        }

        return new Continuation(chosen, logits);
    }
}
