namespace KvCompose.Reference;

/// <summary>A number of tokens: absolute, or a share of the prompt.</summary>
public sealed record TokenBudget
{
    private readonly int? _tokens;
    private readonly double? _rate;

    private TokenBudget(int? tokens, double? rate) => (_tokens, _rate) = (tokens, rate);

    /// <summary>Always this many tokens.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative.</exception>
    public static TokenBudget Constant(int tokens) => tokens >= 0
        ? new TokenBudget(tokens, null)
        : throw new ArgumentOutOfRangeException(nameof(tokens), tokens, "a token budget is not negative");

    /// <summary>This share of the prompt.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The rate is outside (0, 1].</exception>
    public static TokenBudget Proportional(double rate) => rate is > 0 and <= 1
        ? new TokenBudget(null, rate)
        : throw new ArgumentOutOfRangeException(nameof(rate), rate, "a rate lies in (0, 1]");

    /// <summary>
    /// Tokens out of <paramref name="tokens"/> that are themselves the share <paramref name="propagated"/> of the prompt:
    /// trunc(tokens · (rate / propagated)) in IEEE double, so that 0.35 of 180 is 62. Above <paramref name="tokens"/> when the
    /// rate exceeds that share.
    /// </summary>
    public int Of(int tokens, double propagated = 1) => _tokens ?? (int)(tokens * (_rate!.Value / propagated));

    /// <summary>The share that keeping <paramref name="kept"/> of <paramref name="tokens"/> under this budget stands for.</summary>
    internal double Share(int kept, int tokens) => _rate ?? kept / (double)tokens;
}
