namespace KvCompose.Reference;

/// <summary>Along which order the attention of a decode step is pooled before a token is evicted.</summary>
public enum CakeDecodePooling
{
    /// <summary>
    /// Storage order, which eviction itself permutes: survivors are stored by descending score. The authors' behaviour.
    /// </summary>
    Physical,

    /// <summary>Order of token positions. Survivors keep their storage order.</summary>
    Positional,

    /// <summary>No pooling: the token with the least attention leaves. Survivors keep their storage order.</summary>
    None,
}
