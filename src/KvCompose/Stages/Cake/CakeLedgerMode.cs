namespace KvCompose;

/// <summary>How CAKE's real-valued shares become whole tokens per layer.</summary>
public enum CakeLedgerMode
{
    /// <summary>
    /// Capped water-filling rounded by a divisor rule: budgets of finished layers never rise, so the cascade ends exactly where one
    /// eviction with the final budgets would, and the whole budget is used. Eviction begins as soon as n &gt; C.
    /// </summary>
    Monotone,

    /// <summary>
    /// The authors' arithmetic with its quirks: an excess above the cap is split equally and may raise layers that have already
    /// shrunk, tokens above the cap are lost, and nothing is evicted in prefill before n &gt; C + w.
    /// </summary>
    [Caveat("may leave part of the budget unused")]
    ReferenceExact,
}
