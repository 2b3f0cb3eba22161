namespace KvCompose.Reference;

/// <summary>The constants of CAKE (Qin et al., ICLR 2025). Defaults are those of the authors' code.</summary>
/// <param name="CacheSize">C: average tokens per layer and KV head, window included; at least the window.</param>
/// <param name="Window">w: last queries that observe, and last tokens that always stay; at least 2.</param>
public sealed record CakeOptions(int CacheSize, int Window = 32)
{
    /// <summary>τ1: the entropy enters the preference with exponent 1/τ1. Positive; infinity ignores the entropy.</summary>
    public double Tau1 { get; init; } = 1;

    /// <summary>τ2: the variance enters the preference with exponent 1/τ2. Positive; infinity ignores the variance.</summary>
    public double Tau2 { get; init; } = 1;

    /// <summary>γ: weight of the variance in the indicator; finite, not negative.</summary>
    public double Gamma { get; init; } = 200;

    /// <summary>k: odd width of the average pooling.</summary>
    public int Kernel { get; init; } = 5;

    /// <summary>How shares become whole tokens.</summary>
    public CakeLedgerMode Mode { get; init; } = CakeLedgerMode.Monotone;

    /// <summary>How the attention of a decode step is pooled.</summary>
    public PoolingOrder DecodePooling { get; init; } = PoolingOrder.Physical;

    /// <summary>The ledger of these options.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The window is below 2 or the cache smaller than the window.</exception>
    public CakeLedger Ledger() => new(Mode, CacheSize, Window);

    /// <summary>Refuses options without a meaning.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Names the first option that is out of range, and its range.</exception>
    public void Validate()
    {
        _ = Ledger();
        Require(Tau1 > 0, nameof(Tau1), Tau1, "is an exponent's divisor and must be positive");
        Require(Tau2 > 0, nameof(Tau2), Tau2, "is an exponent's divisor and must be positive");
        Require(Gamma >= 0 && double.IsFinite(Gamma), nameof(Gamma), Gamma, "must be finite and not negative");
        Require(Kernel >= 1 && Kernel % 2 == 1, nameof(Kernel), Kernel, "must be odd and at least 1");
        Require(Enum.IsDefined(DecodePooling), nameof(DecodePooling), DecodePooling, "is not a known pooling");
    }

    private static void Require(bool holds, string option, object value, string rule)
    {
        if (!holds)
        {
            throw new ArgumentOutOfRangeException(option, value, $"CAKE: {option} {rule}");
        }
    }
}
