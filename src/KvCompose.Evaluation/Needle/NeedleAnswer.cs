using System.Diagnostics;

namespace KvCompose.Evaluation;

/// <summary>What a session answered to one question, and what that cost.</summary>
/// <param name="Tokens">The answer, as many tokens as the value has.</param>
/// <param name="Exact">Whether all of them are right.</param>
/// <param name="AfterPrompt">What the cache held when the prompt was processed.</param>
/// <param name="PeakBytes">Most bytes of cache pages held at once, decoding included.</param>
/// <param name="FirstToken">From the prompt to the first token of the answer.</param>
/// <param name="PerToken">Mean time of a decode step.</param>
public sealed record NeedleAnswer(
    IReadOnlyList<int> Tokens, bool Exact, CacheUsage AfterPrompt, long PeakBytes, TimeSpan FirstToken, TimeSpan PerToken)
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
        var answer = new int[question.Fact.Value.Count];
        long start = Stopwatch.GetTimestamp();
        session.Prefill(text.Prompt(question), cancellation);
        answer[0] = session.Likeliest();
        TimeSpan firstToken = Stopwatch.GetElapsedTime(start);
        CacheUsage afterPrompt = session.Usage;

        start = Stopwatch.GetTimestamp();
        for (int i = 0; i < answer.Length; i++)
        {
            session.Step(answer.AsSpan(i, 1), cancellation);
            if (i + 1 < answer.Length)
            {
                answer[i + 1] = session.Likeliest();
            }
        }

        TimeSpan perToken = Stopwatch.GetElapsedTime(start) / answer.Length;
        bool exact = answer.SequenceEqual(question.Fact.Value);
        return new NeedleAnswer(answer, exact, afterPrompt, session.Usage.PeakBytes, firstToken, perToken);
    }
}
