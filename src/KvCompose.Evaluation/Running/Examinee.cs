using System.Diagnostics;
using KvCompose.Models;

namespace KvCompose.Evaluation;

/// <summary>Lets a session of a pipeline answer the questions of samples, greedily.</summary>
/// <param name="session">The session; it has one sequence, whose content is dropped.</param>
/// <param name="model">The model behind the session: its tokenizer, and the tokens that end an answer.</param>
public sealed class Examinee(KvSession session, LlamaModel model)
{
    private readonly HashSet<int> _ends = [.. model.Configuration.EndTokens];
    private readonly List<TimeSpan> _steps = [];
    private readonly int[] _step = new int[1];

    /// <summary>The session.</summary>
    public KvSession Session => session;

    /// <summary>
    /// Asks all questions of a sample. Query-agnostic, they follow one another behind one prefill of the context; query-aware, the
    /// context is prefilled anew with each of them.
    /// </summary>
    /// <exception cref="ContextExceededException">Context, questions and answers are longer than the model's context.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public SampleAnswer Answer(TaskSample sample, int answerTokens, QuestionMode mode, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(sample);
        ArgumentOutOfRangeException.ThrowIfLessThan(answerTokens, 1);
        int[] context = model.Tokenizer.Encode(sample.Context);
        var answers = new List<string>();
        TimeSpan firstToken = default;
        CacheUsage afterPrompt = default;
        int promptTokens = 0;
        long peak = 0;
        _steps.Clear();
        foreach (TaskQuestion question in sample.Questions)
        {
            long start = Stopwatch.GetTimestamp();
            int[] asked = Ask(question);
            bool prefilled = mode == QuestionMode.QueryAware || answers.Count == 0;
            if (prefilled)
            {
                int[] prompt = mode == QuestionMode.QueryAware ? [.. context, .. asked] : context;
                session.Prefill(prompt, cancellation);
                (afterPrompt, promptTokens) = (session.Usage, prompt.Length);
            }

            if (mode == QuestionMode.QueryAgnostic)
            {
                Array.ForEach(asked, token => Step(token, cancellation));
            }

            int first = session.Likeliest();
            firstToken = answers.Count == 0 ? Stopwatch.GetElapsedTime(start) : firstToken;
            answers.Add(Decode(first, answerTokens, cancellation));
            peak = Math.Max(peak, session.Usage.PeakBytes);
        }

        return new SampleAnswer(answers, promptTokens, afterPrompt, peak, firstToken, Median(_steps));
    }

    /// <summary>Prefills and asks the first question of a sample, and nothing more.</summary>
    internal void AskFirst(TaskSample sample, QuestionMode mode, CancellationToken cancellation)
    {
        int[] context = model.Tokenizer.Encode(sample.Context), asked = Ask(sample.Questions[0]);
        session.Prefill(mode == QuestionMode.QueryAware ? [.. context, .. asked] : context, cancellation);
        foreach (int token in mode == QuestionMode.QueryAgnostic ? asked : [])
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

    private static TimeSpan Median(List<TimeSpan> times) => times.Order().ElementAtOrDefault(times.Count / 2);

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

            tokens.Add(session.Likeliest());
        }
    }
}
