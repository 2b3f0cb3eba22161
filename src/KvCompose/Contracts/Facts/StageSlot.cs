namespace KvCompose;

/// <summary>One question that a pipeline answers. A pipeline holds at most one stage a slot.</summary>
public enum StageSlot
{
    /// <summary>Which tokens go on to deeper layers in prefill.</summary>
    Propagation,

    /// <summary>How many tokens a layer keeps.</summary>
    LayerBudget,

    /// <summary>Which part a key-value head plays, and how many of the layer's tokens it gets.</summary>
    HeadRole,

    /// <summary>Which tokens a head keeps.</summary>
    TokenSelection,

    /// <summary>Where the other tokens live, and how they come back.</summary>
    Residency,

    /// <summary>How the elements of keys and values are stored.</summary>
    Storage,
}
