namespace KvCompose.Reference.ScBench;

/// <summary>What stays in the cache between turns.</summary>
public enum SessionMode
{
    /// <summary>Prompts alone; they hold the golden answers.</summary>
    Golden,

    /// <summary>The model's own answers stay.</summary>
    OwnAnswers,

    /// <summary>Every question starts from the context's cache.</summary>
    SameContext,
}

/// <summary>SCBench's protocol of turns, over tokens.</summary>
public static class TurnProtocol
{
    /// <summary>The first and last half of a text that is too long; an odd limit loses one token. A negative limit cuts nothing.</summary>
    public static int[] Truncate(int tokens, int limit)
    {
        int[] all = [.. Enumerable.Range(0, tokens)];
        int half = limit / 2;
        return limit < 0 || tokens <= limit ? all : [.. all[..half], .. half == 0 ? all : all[^half..]];
    }

    /// <summary>Answers, and the cache after every prompt.</summary>
    /// <param name="mode">What stays.</param>
    /// <param name="prompts">Tokens of the turns; the context is the first one where questions share it.</param>
    /// <param name="wouldSay">What the model would say to each question, the end token last.</param>
    /// <param name="longest">Most tokens of an answer.</param>
    /// <param name="end">The end token.</param>
    public static (List<int[]> Answers, List<int[]> Caches) Run(SessionMode mode, int[][] prompts, int[][] wouldSay, int longest, int end)
    {
        var answers = new List<int[]>();
        var caches = new List<int[]>();
        var cache = new List<int>();
        bool cut = false;
        int questions = 0;
        foreach (int[] prompt in prompts)
        {
            bool context = mode == SessionMode.SameContext && caches.Count == 0;
            if (mode != SessionMode.SameContext || context)
            {
                // An answer that was cut has no end yet: it is put before the next prompt.
                cache.AddRange(cut ? [end, .. prompt] : prompt);
            }

            if (!context)
            {
                int[] said = [.. wouldSay[questions++].TakeWhile(token => token != end)];
                cut = mode == SessionMode.OwnAnswers && said.Length >= longest;
                int[] answer = said[..Math.Min(said.Length, longest)];
                answers.Add(answer);
                if (mode == SessionMode.OwnAnswers)
                {
                    // The last token of an answer that was cut was never fed.
                    cache.AddRange(cut ? answer[..^1] : answer);
                }
            }

            caches.Add([.. cache]);
        }

        return (answers, caches);
    }
}
