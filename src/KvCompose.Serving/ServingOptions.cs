namespace KvCompose.Serving;

/// <summary>The bounds of an engine.</summary>
public sealed record ServingOptions
{
    /// <summary>Most bytes of cache pages of all pipelines together, those kept for later requests included. 1 GiB by default.</summary>
    public long MaxCacheBytes { get; init; } = 1L << 30;

    /// <summary>Most requests of one pipeline that are answered side by side.</summary>
    public int MaxRunning { get; init; } = 16;

    /// <summary>Most sequences of one pipeline that are kept for later requests: conversations and prefixes. The least recently used one goes first.</summary>
    public int MaxKept { get; init; } = 32;

    /// <summary>Most requests that wait. Further ones are refused with <see cref="ServerBusyException"/>.</summary>
    public int MaxWaiting { get; init; } = 256;

    /// <summary>Longest prompt, in tokens; 0 for the model's context.</summary>
    public int MaxPromptTokens { get; init; }

    /// <summary>Most tokens of an answer; requests for more are refused.</summary>
    public int MaxAnswerTokens { get; init; } = 4096;

    /// <summary>Most tokens of an answer whose request names no number.</summary>
    public int DefaultAnswerTokens { get; init; } = 1024;

    /// <summary>Most choices of one request.</summary>
    public int MaxChoices { get; init; } = 8;

    /// <summary>How long a request may take from its arrival to its last token where it sets no time of its own; null for no limit.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Most conversations that are remembered by id. The least recently used one is forgotten first.</summary>
    public int MaxConversations { get; init; } = 1024;

    /// <summary>Checks the values.</summary>
    /// <exception cref="ArgumentException">A value is out of range; the message names it.</exception>
    public void Validate()
    {
        Check(MaxCacheBytes >= 1 << 16, nameof(MaxCacheBytes), MaxCacheBytes, "65536 or more");
        Check(MaxRunning is >= 1 and <= 1024, nameof(MaxRunning), MaxRunning, "from 1 to 1024");
        Check(MaxKept is >= 0 and <= 2048, nameof(MaxKept), MaxKept, "from 0 to 2048");
        Check(MaxWaiting is >= 1 and <= 1_000_000, nameof(MaxWaiting), MaxWaiting, "from 1 to 1000000");
        Check(MaxPromptTokens >= 0, nameof(MaxPromptTokens), MaxPromptTokens, "0 or more");
        Check(MaxAnswerTokens >= 1, nameof(MaxAnswerTokens), MaxAnswerTokens, "1 or more");
        Check(DefaultAnswerTokens >= 1 && DefaultAnswerTokens <= MaxAnswerTokens, nameof(DefaultAnswerTokens), DefaultAnswerTokens,
            $"from 1 to {nameof(MaxAnswerTokens)}");
        Check(MaxChoices >= 1 && MaxChoices <= MaxRunning, nameof(MaxChoices), MaxChoices, $"from 1 to {nameof(MaxRunning)}");
        Check(Timeout is null || Timeout > TimeSpan.Zero, nameof(Timeout), Timeout ?? default, "above 0");
        Check(MaxConversations is >= 1 and <= 1_000_000, nameof(MaxConversations), MaxConversations, "from 1 to 1000000");
    }

    private static void Check(bool holds, string name, object value, string range)
    {
        if (!holds)
        {
            throw new ArgumentException(string.Create(System.Globalization.CultureInfo.InvariantCulture,
                $"{name} is {value}; it must be {range}"), name);
        }
    }
}
