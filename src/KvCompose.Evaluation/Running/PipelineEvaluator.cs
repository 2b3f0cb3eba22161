using System.Diagnostics;
using KvCompose.Models;

namespace KvCompose.Evaluation;

/// <summary>Lets a session of a pipeline answer the questions of samples, greedily.</summary>
/// <param name="session">The session; it has one sequence, whose content is dropped.</param>
/// <param name="model">The model of the session: its tokenizer, and the tokens that end an answer.</param>
public sealed class PipelineEvaluator(KvSession session, LanguageModel model)
{
    private readonly HashSet<int> _ends = [.. model.EndTokens];
    private readonly List<TimeSpan> _steps = [];
    private readonly int[] _step = new int[1];

    /// <summary>The session.</summary>
    public KvSession Session => session;

    /// <summary>
    /// Asks all questions of a sample, one after another on one prefill: of the context, or query-aware of the context and the first
    /// question. What was kept for the first has to do for the others.
    /// </summary>
    /// <exception cref="ContextExceededException">Context, questions and answers are longer than the model's context.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public SampleAnswer Answer(TaskSample sample, int answerTokens, QuestionMode mode, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(sample);
        ArgumentOutOfRangeException.ThrowIfLessThan(answerTokens, 1);
        int[] prompt = Prompt(sample, mode);
        var answers = new List<string>();
        TimeSpan firstToken = default;
        CacheUsage afterPrompt = default;
        long peak = 0, movedBefore = session.TierUsage.BytesMoved;
        _steps.Clear();
        foreach (TaskQuestion question in sample.Questions)
        {
            long start = Stopwatch.GetTimestamp();
            int[] asked = Ask(question);
            if (answers.Count == 0)
            {
                session.Prefill(prompt, cancellation);
                afterPrompt = session.Usage;
                long paused = Stopwatch.GetTimestamp();
                KeptOfHead = CountKept();
                start += Stopwatch.GetTimestamp() - paused;
            }

            if (answers.Count > 0 || mode == QuestionMode.QueryAgnostic)
            {
                Array.ForEach(asked, token => Step(token, cancellation));
            }

            int first = session.GreedyToken();
            firstToken = answers.Count == 0 ? Stopwatch.GetElapsedTime(start) : firstToken;
            answers.Add(Decode(first, answerTokens, cancellation));
            peak = Math.Max(peak, session.Usage.PeakBytes);
        }

        TierUsage tiers = session.TierUsage;
        return new SampleAnswer(
            answers, prompt.Length, afterPrompt, peak, firstToken, Median(_steps), tiers.HostBytes + tiers.DiskBytes,
            (tiers.BytesMoved - movedBefore) / (double)_steps.Count);
    }

    /// <summary>Tokens that every head held after the first prefill of the last sample, [layer][key-value head].</summary>
    public int[][] KeptOfHead { get; private set; } = [];

    /// <summary>Lets the runtime compile what is measured afterwards.</summary>
    /// <param name="sample">Any sample.</param>
    /// <param name="cancellation">Ends it with an exception.</param>
    public void WarmUp(TaskSample sample, CancellationToken cancellation = default) => AskFirst(sample, QuestionMode.QueryAgnostic, cancellation);

    /// <summary>Prefills and asks the first question of a sample, and nothing more.</summary>
    internal void AskFirst(TaskSample sample, QuestionMode mode, CancellationToken cancellation)
    {
        session.Prefill(Prompt(sample, mode), cancellation);
        foreach (int token in mode == QuestionMode.QueryAgnostic ? Ask(sample.Questions[0]) : [])
        {
            Step(token, cancellation);
        }
    }

    /// <summary>Appends a token.</summary>
    internal void Step(int token, CancellationToken cancellation)
    {
        long start = Stopwatch.GetTimestamp();
        _step[0] = token;
        session.Step(_step, cancellation);
        _steps.Add(Stopwatch.GetElapsedTime(start));
    }

    private int[][] CountKept() => [.. Enumerable.Range(0, session.Shape.Layers).Select(layer =>
        Enumerable.Range(0, session.Shape.KeyValueHeads).Select(head => session.Positions(layer, head).Length).ToArray())];

    private static TimeSpan Median(List<TimeSpan> times) => times.Order().ElementAtOrDefault(times.Count / 2);

    private int[] Prompt(TaskSample sample, QuestionMode mode)
    {
        int[] context = model.Tokenizer.Encode(sample.Context);
        return mode == QuestionMode.QueryAware ? [.. context, .. Ask(sample.Questions[0])] : context;
    }

    private int[] Ask(TaskQuestion question) => model.Tokenizer.Encode(question.Text + question.AnswerPrefix, addSpecialTokens: false);

    /// <summary>Goes on greedily; every token is put into the cache, so that the next question may follow.</summary>
    private string Decode(int first, int most, CancellationToken cancellation)
    {
        var tokens = new List<int> { first };
        while (true)
        {
            Step(tokens[^1], cancellation);
            if (_ends.Contains(tokens[^1]) || tokens.Count == most)
            {
                return model.Tokenizer.Decode([.. tokens]);
            }

            tokens.Add(session.GreedyToken());
        }
    }
}
