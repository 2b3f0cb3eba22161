namespace KvCompose.Evaluation;

/// <summary>Collects the answers of one pipeline. All figures are 0 before the first answer.</summary>
public sealed class NeedleScore
{
    private readonly List<bool> _outcomes = [];
    private long _exact;
    private double _tokensKept;
    private double _bytesHeld;
    private int _first;
    private TimeSpan _firstToken;
    private TimeSpan _perToken;
    private long _steps;
    private long _pagesChosen;
    private long _pagesMoved;
    private long _bestTokens;
    private long _bestTokensHeld;

    /// <summary>Questions answered.</summary>
    public int Answers { get; private set; }

    /// <summary>Exact answers.</summary>
    public int Exact => (int)_exact;

    /// <summary>For each answer, in order, whether it was exact.</summary>
    public IReadOnlyList<bool> Outcomes => _outcomes;

    /// <summary>Share of exact answers, 0 to 1.</summary>
    public double Accuracy => Mean(_exact);

    /// <summary>Tokens that a key-value head held when the prompt was processed, averaged.</summary>
    public double TokensKept => Mean(_tokensKept);

    /// <summary>Bytes of cache pages held when the prompt was processed, averaged.</summary>
    public long BytesHeld => (long)Math.Round(Mean(_bytesHeld));

    /// <summary>Most bytes of cache pages held at once, over all answers.</summary>
    public long PeakBytes { get; private set; }

    /// <summary>Mean milliseconds from a prompt to the first token; questions that follow on the same prompt do not count.</summary>
    public double TimeToFirstTokenMs => _first == 0 ? 0 : _firstToken.TotalMilliseconds / _first;

    /// <summary>Mean milliseconds of a decode step.</summary>
    public double PerTokenMs => Mean(_perToken.TotalMilliseconds);

    /// <summary>Times that tokens were asked of a tier.</summary>
    public long Retrievals { get; private set; }

    /// <summary>Tokens that a tier made resident.</summary>
    public long TokensMoved { get; private set; }

    /// <summary>Bytes of keys and values that a tier made resident.</summary>
    public long BytesMoved { get; private set; }

    /// <summary>Pages that a tier made resident, per decode step, summed over layers and key-value heads.</summary>
    public double PagesMovedPerToken => _steps == 0 ? 0 : (double)_pagesMoved / _steps;

    /// <summary>Share of the chosen pages that were resident from the step before; null where no pages were chosen.</summary>
    public double? Overlap => _pagesChosen == 0 ? null : 1 - ((double)_pagesMoved / _pagesChosen);

    /// <summary>Share of the best tokens of the host that the chosen pages held; null where that was not measured.</summary>
    public double? Recall => _bestTokens == 0 ? null : (double)_bestTokensHeld / _bestTokens;

    /// <summary>Most bytes that tiers held in host memory.</summary>
    public long HostBytes { get; private set; }

    /// <summary>Adds an answer.</summary>
    public void Add(NeedleAnswer answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        Answers++;
        _exact += answer.Exact ? 1 : 0;
        _outcomes.Add(answer.Exact);
        _tokensKept += answer.AfterPrompt.TokensPerHead;
        _bytesHeld += answer.AfterPrompt.BytesHeld;
        _first += answer.IsFirst ? 1 : 0;
        _firstToken += answer.IsFirst ? answer.FirstToken : TimeSpan.Zero;
        _perToken += answer.PerToken;
        PeakBytes = Math.Max(PeakBytes, answer.PeakBytes);
        Retrievals += answer.Tier.Retrievals;
        TokensMoved += answer.Tier.TokensMoved;
        BytesMoved += answer.Tier.BytesMoved;
        _steps += answer.Tokens.Count;
        _pagesChosen += answer.Tier.PagesChosen;
        _pagesMoved += answer.Tier.PagesMoved;
        _bestTokens += answer.Tier.BestTokens;
        _bestTokensHeld += answer.Tier.BestTokensHeld;
        HostBytes = Math.Max(HostBytes, answer.Tier.HostBytes);
    }

    private double Mean(double sum) => Answers == 0 ? 0 : sum / Answers;
}
