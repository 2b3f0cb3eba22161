namespace KvCompose;

/// <summary>
/// Divides T = (C − w)·L tokens per KV head among the layers seen so far. A value without state: one serves any number of
/// sequences, and every sequence has its own spans of preferences, caps and budgets. Nothing is allocated.
/// </summary>
internal readonly record struct CakeDivision
{
    /// <summary>A ledger.</summary>
    /// <param name="mode">How shares become whole tokens.</param>
    /// <param name="cacheSize">C: average tokens per layer and KV head, window included; at least the window.</param>
    /// <param name="window">w: tokens that always stay; at least 2, because the variance over one row is undefined.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range; the message names it.</exception>
    public CakeDivision(CakeLedgerMode mode, int cacheSize, int window)
    {
        if (!Enum.IsDefined(mode))
        {
            throw new ArgumentOutOfRangeException(nameof(mode), mode, "CAKE: not a known ledger mode");
        }

        if (window < 2)
        {
            throw new ArgumentOutOfRangeException(nameof(window), window, "CAKE: the variance over the window needs at least 2 rows");
        }

        if (cacheSize < window)
        {
            throw new ArgumentOutOfRangeException(
                nameof(cacheSize), cacheSize, $"CAKE: the cache holds the window of {window} tokens and cannot be smaller");
        }

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

    /// <summary>
    /// Whether the prefill of a prompt evicts: n &gt; C; in <see cref="CakeLedgerMode.ReferenceExact"/> n &gt; C + w, which leaves
    /// such prompts up to w tokens a layer above the budget until the first decode step.
    /// </summary>
    /// <param name="tokens">n, length of the prompt.</param>
    public bool Evicts(int tokens) =>
        tokens > (Mode == CakeLedgerMode.ReferenceExact ? (long)CacheSize + Window : CacheSize);

    /// <summary>Budgets after layer m, for a prompt that <see cref="Evicts"/>.</summary>
    /// <param name="preferences">
    /// P of the layers 0..m, so its length says how many layers are in. When one of them is no finite number ≥ 0, or (exact mode)
    /// all are 0, the shares are uniform; in the monotone mode layers without preference share what the others cannot hold.
    /// </param>
    /// <param name="caps">Tokens that each of these layers could evict: n_l − w, 0 when its window covers it.</param>
    /// <param name="layers">L, layers of the model.</param>
    /// <param name="budgets">
    /// Receives, for layers 0..m, the prefix tokens to keep per KV head, the window EXCLUDED; each at most its cap, their sum at
    /// most T. A layer that has already shrunk keeps the smaller of this and what it still holds.
    /// </param>
    /// <exception cref="ArgumentException">Spans of different lengths, more layers than the model has, or T beyond an int.</exception>
    public void Allocate(ReadOnlySpan<float> preferences, ReadOnlySpan<int> caps, int layers, Span<int> budgets)
    {
        int soFar = preferences.Length;
        long total = (long)UniformBudget * layers;
        if (caps.Length != soFar || budgets.Length != soFar || soFar > layers || total > int.MaxValue)
        {
            throw new ArgumentException(
                $"CAKE: {soFar} preferences, {caps.Length} caps and {budgets.Length} budgets of {layers} layers with {total} tokens");
        }

        if (Mode == CakeLedgerMode.ReferenceExact)
        {
            CakePublishedDivision.Allocate(preferences, caps, (int)total, budgets);
        }
        else
        {
            CakeWaterFilling.Allocate(preferences, caps, (int)total, budgets);
        }
    }

    /// <summary>Whether a preference says anything: not NaN, not infinite, not negative.</summary>
    public static bool IsUsable(float preference) => preference >= 0 && float.IsFinite(preference);
}
