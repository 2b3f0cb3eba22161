namespace KvCompose;

/// <summary>What an option means to the compiler, so that emitted loops are specialised for its value.</summary>
public enum OptionRole
{
    // Any slot.
    /// <summary>Only the stage itself knows.</summary>
    None,

    /// <summary>The 0-based layer at which the stage acts; checked against the model when a session opens.</summary>
    Layer,

    // Stages with a budget: how much is kept.
    /// <summary>Tokens that a key-value head may keep, 0 for undecided; never less than what is always kept.</summary>
    Budget,

    /// <summary>A share in (0, 1], used where no option of role <see cref="Budget"/> states a number.</summary>
    Rate,

    /// <summary>KiB of pages that one sequence may take over the whole model, used where no option of role <see cref="Budget"/> states a number; 0 for undecided.</summary>
    Kibibytes,

    /// <summary>Share of the prompt's keys and values that stays resident over the whole model, whose full heads a profile names.</summary>
    ProfileRatio,

    // Selections and propagations: what is observed, and how scores become a choice.
    /// <summary>Tokens at the start of the prompt that are always kept.</summary>
    Sinks,

    /// <summary>Tokens at the end of the prompt that are always kept; also the observed rows unless another option states them.</summary>
    Window,

    /// <summary>Rows at the end of the prompt whose attention is observed.</summary>
    ObservedRows,

    /// <summary>A <see cref="PoolingKind"/>.</summary>
    Pooling,

    /// <summary>Odd width of the pooling along the tokens.</summary>
    PoolingKernel,

    /// <summary>A <see cref="GroupReduction"/>.</summary>
    Reduction,

    // Selections that evict while decoding.
    /// <summary>Whether a stage that can evict while decoding does; a bool, true unless stated.</summary>
    DecodeEviction,

    /// <summary>A <see cref="KvCompose.PoolingOrder"/>, <see cref="PoolingOrder.None"/> unless stated.</summary>
    PoolingOrder,

    // Residencies: whom they serve, what they bring in, and when.
    /// <summary>The <see cref="HeadRoles"/> that a residency serves; it takes the place of the facts'.</summary>
    Serves,

    /// <summary>How what is not resident is stored: 0 for 32 bits an element, and every member after it for half of the one before.</summary>
    HostPages,

    /// <summary>Tokens that a key-value head has brought in at any step, beside those that stay.</summary>
    Retrieved,

    /// <summary>A <see cref="RetrievalVisibility"/>.</summary>
    Visibility,

    /// <summary>Overlap below which a watched head has drifted.</summary>
    DriftThreshold,

    /// <summary>A <c>PageRanking</c>: how the pages that are brought in are ranked.</summary>
    PageRanking,

    /// <summary>The first layers, whose tokens all stay resident.</summary>
    DenseLayers,

    /// <summary>Layers after one that chooses tokens for others, that hold every token as well.</summary>
    WaitLayers,

    /// <summary>Layers that follow each other and take over what the first of them decides; 1 for none.</summary>
    ReuseGroup,

    /// <summary>Whether what the next layer of a <see cref="ReuseGroup"/> needs is fetched while the one before computes; a bool.</summary>
    Prefetch,

    // Storages.
    /// <summary>Share of a key's channels that a storage leaves out of full pages, in [0, 1); the number of channels is rounded down to a multiple of 4.</summary>
    PrunedChannels,

    // Published implementations.
    /// <summary>Defects of a published implementation to reproduce; 0 for none.</summary>
    Defects,
}
