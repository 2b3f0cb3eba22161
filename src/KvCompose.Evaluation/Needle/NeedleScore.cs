namespace KvCompose.Evaluation;

/// <summary>Collects the answers of one pipeline. All figures are 0 before the first answer.</summary>
public sealed class NeedleScore
{
    private long _exact;
    private double _tokensKept;
    private double _bytesHeld;
    private TimeSpan _firstToken;
    private TimeSpan _perToken;

    /// <summary>Questions answered.</summary>
    public int Answers { get; private set; }

    /// <summary>Share of exact answers, 0 to 1.</summary>
    public double Accuracy => Mean(_exact);

    /// <summary>Tokens that a key-value head held when the prompt was processed, averaged.</summary>
    public double TokensKept => Mean(_tokensKept);

    /// <summary>Bytes of cache pages held when the prompt was processed, averaged.</summary>
    public long BytesHeld => (long)Math.Round(Mean(_bytesHeld));

    /// <summary>Most bytes of cache pages held at once, over all answers.</summary>
    public long PeakBytes { get; private set; }

    /// <summary>Mean milliseconds from a prompt to the first token.</summary>
    public double TimeToFirstTokenMs => Mean(_firstToken.TotalMilliseconds);

    /// <summary>Mean milliseconds of a decode step.</summary>
    public double PerTokenMs => Mean(_perToken.TotalMilliseconds);

    /// <summary>Adds an answer.</summary>
    public void Add(NeedleAnswer answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        Answers++;
        _exact += answer.Exact ? 1 : 0;
        _tokensKept += answer.AfterPrompt.TokensPerHead;
        _bytesHeld += answer.AfterPrompt.BytesHeld;
        _firstToken += answer.FirstToken;
        _perToken += answer.PerToken;
        PeakBytes = Math.Max(PeakBytes, answer.PeakBytes);
    }

    private double Mean(double sum) => Answers == 0 ? 0 : sum / Answers;
}
