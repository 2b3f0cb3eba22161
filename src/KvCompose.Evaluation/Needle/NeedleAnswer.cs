using System.Diagnostics;

namespace KvCompose.Evaluation;

/// <summary>What a session answered to one question, and what that cost.</summary>
/// <param name="Tokens">The answer, as many tokens as the value has.</param>
/// <param name="Exact">Whether all of them are right.</param>
/// <param name="AfterPrompt">What the cache held when the prompt was processed.</param>
/// <param name="PeakBytes">Most bytes of cache pages held at once, decoding included.</param>
/// <param name="FirstToken">From the prompt to the first token of the answer; for a later question, from its first token.</param>
/// <param name="PerToken">Mean time of a decode step.</param>
/// <param name="Tier">What the tiers below the resident cache hold after the answer, and what they moved since the question was put.</param>
/// <param name="IsFirst">Whether the question is the first one after its text.</param>
public sealed record NeedleAnswer(
    IReadOnlyList<int> Tokens, bool Exact, CacheUsage AfterPrompt, long PeakBytes, TimeSpan FirstToken, TimeSpan PerToken, TierUsage Tier = default, bool IsFirst = true)
{
    /// <summary>
    /// Lets a session read a text up to a question and answer greedily. What sequence 0 held before is dropped. Every token of the
    /// answer, the last one too, is put into the cache, so that even answers of one token have a step that can be timed.
    /// </summary>
    /// <exception cref="ContextExceededException">Prompt and answer are longer than the model's context.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static NeedleAnswer Of(KvSession session, NeedleText text, NeedleQuestion question, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(question);
        TierUsage before = session.TierUsage;
        long start = Stopwatch.GetTimestamp();
        session.Prefill(text.Prompt(question), cancellation);
        return Answer(session, question, isFirst: true, teach: false, start, before, cancellation);
    }

    /// <summary>
    /// Lets a session read a text once and answer all of its questions in turn, each after the right earlier answers: the topic of what
    /// is decoded changes from question to question. What sequence 0 held before is dropped.
    /// </summary>
    /// <exception cref="ContextExceededException">The text is longer than the model's context.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static IReadOnlyList<NeedleAnswer> InTurn(KvSession session, NeedleText text, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(text);
        var answers = new List<NeedleAnswer>();
        foreach (NeedleQuestion question in text.Questions)
        {
            TierUsage before = session.TierUsage;
            long start = Stopwatch.GetTimestamp();
            if (answers.Count == 0)
            {
                session.Prefill(text.Prompt(question), cancellation);
            }
            else
            {
                // What follows the answer before, and the question.
                foreach (int token in text.Tokens[session.Length()..question.PromptTokens])
                {
                    session.Step([token], cancellation);
                }
            }

            answers.Add(Answer(session, question, answers.Count == 0, teach: true, start, before, cancellation));
        }

        return answers;
    }

    /// <param name="session">Has read the question.</param>
    /// <param name="question">The question.</param>
    /// <param name="isFirst">Whether it is the first one after its text.</param>
    /// <param name="teach">Whether the right tokens are put into the cache, whatever was answered.</param>
    /// <param name="start">When the question was put.</param>
    /// <param name="before">What had been moved by then.</param>
    /// <param name="cancellation">Ends it.</param>
    private static NeedleAnswer Answer(
        KvSession session, NeedleQuestion question, bool isFirst, bool teach, long start, TierUsage before, CancellationToken cancellation)
    {
        var answer = new int[question.Fact.Value.Count];
        answer[0] = session.GreedyToken();
        TimeSpan firstToken = Stopwatch.GetElapsedTime(start);
        CacheUsage afterPrompt = session.Usage;

        start = Stopwatch.GetTimestamp();
        for (int i = 0; i < answer.Length; i++)
        {
            session.Step([teach ? question.Fact.Value[i] : answer[i]], cancellation);
            if (i + 1 < answer.Length)
            {
                answer[i + 1] = session.GreedyToken();
            }
        }

        TimeSpan perToken = Stopwatch.GetElapsedTime(start) / answer.Length;
        bool exact = answer.SequenceEqual(question.Fact.Value);
        return new NeedleAnswer(
            answer, exact, afterPrompt, session.Usage.PeakBytes, firstToken, perToken, Since(before, session.TierUsage), isFirst);
    }

    private static TierUsage Since(TierUsage before, TierUsage now) => now with
    {
        Retrievals = now.Retrievals - before.Retrievals,
        TokensMoved = now.TokensMoved - before.TokensMoved,
        BytesMoved = now.BytesMoved - before.BytesMoved,
        PagesChosen = now.PagesChosen - before.PagesChosen,
        PagesMoved = now.PagesMoved - before.PagesMoved,
        BestTokens = now.BestTokens - before.BestTokens,
        BestTokensHeld = now.BestTokensHeld - before.BestTokensHeld,
    };
}
