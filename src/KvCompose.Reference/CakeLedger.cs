namespace KvCompose.Reference;

/// <summary>CAKE's division of T = (C − w)·L tokens per key-value head among the layers seen so far.</summary>
public sealed record CakeLedger
{
    /// <summary>A ledger.</summary>
    /// <param name="mode">How shares become whole tokens.</param>
    /// <param name="cacheSize">C: average tokens per layer and key-value head, window included; at least the window.</param>
    /// <param name="window">w: tokens that always stay; at least 2, because the variance over one row is undefined.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range; the message names it.</exception>
    public CakeLedger(CakeLedgerMode mode, int cacheSize, int window)
    {
        if (!Enum.IsDefined(mode))
        {
            throw new ArgumentOutOfRangeException(nameof(mode), mode, "CAKE: not a known ledger mode");
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(window, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(cacheSize, window);
        (Mode, CacheSize, Window) = (mode, cacheSize, window);
    }

    /// <summary>How shares become whole tokens.</summary>
    public CakeLedgerMode Mode { get; }

    /// <summary>C, window included.</summary>
    public int CacheSize { get; }

    /// <summary>w.</summary>
    public int Window { get; }

    /// <summary>Budget of every layer, window excluded, of a sequence whose prompt is not evicted: C − w.</summary>
    public int UniformBudget => CacheSize - Window;

    /// <summary>Whether the prefill of a prompt of n tokens evicts: n &gt; C; in the authors' code n &gt; C + w.</summary>
    public bool Evicts(int tokens) => tokens > (Mode == CakeLedgerMode.ReferenceExact ? CacheSize + Window : CacheSize);

    /// <summary>Tokens, window excluded, of each of the layers so far.</summary>
    /// <param name="preferences">P of the layers so far.</param>
    /// <param name="caps">Tokens that each of these layers could evict: n_l − w, 0 when its window covers it.</param>
    /// <param name="layers">L, layers of the model.</param>
    /// <exception cref="ArgumentException">The lists differ in length, or there are more layers than the model has.</exception>
    public int[] Allocate(IReadOnlyList<float> preferences, IReadOnlyList<int> caps, int layers)
    {
        if (caps.Count != preferences.Count || preferences.Count > layers)
        {
            throw new ArgumentException($"CAKE: {preferences.Count} preferences and {caps.Count} caps of {layers} layers");
        }

        int total = UniformBudget * layers;
        return Mode == CakeLedgerMode.ReferenceExact
            ? CakePublishedRounding.Allocate(preferences, caps, total)
            : CakeTokenByToken.Allocate(preferences, caps, total);
    }
}
