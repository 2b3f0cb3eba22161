namespace KvCompose;

/// <summary>
/// What a stage declares about itself. The compiler reads these facts without running anything: they decide what is
/// observed, what is emitted and which combinations exist. A stage without this attribute has all defaults.
/// </summary>
[AttributeUsage(AttributeTargets.Struct)]
public sealed class StageFactsAttribute : Attribute
{
    /// <summary>Statistics the stage reads.</summary>
    public AttentionStatistics Observes { get; set; }

    /// <summary>What other stages must provide.</summary>
    public StageProducts Needs { get; set; }

    /// <summary>What the stage provides to others.</summary>
    public StageProducts Provides { get; set; }

    /// <summary>The layout the stage leaves behind.</summary>
    public CacheLayout Layout { get; set; }

    /// <summary>The latest layout that the stage can read; any unless stated.</summary>
    public CacheLayout Carries { get; set; } = CacheLayout.Tiered;

    /// <summary>Tokens of the pages that the stage works on; 0 for pages of any size.</summary>
    public int PageTokens { get; set; }

    /// <summary>How a stage that brings pages in ranks them, unless an option decides.</summary>
    public PageRanking PageRanking { get; set; }

    /// <summary>Whether every layer gets the same number of tokens, so that what a pipeline holds is known to the byte.</summary>
    public bool EqualLayers { get; set; }

    /// <summary>What happens to the positions of kept tokens.</summary>
    public PositionPolicy Positions { get; set; }

    /// <summary>When the stage acts; prefill unless stated.</summary>
    public StagePhases Phases { get; set; } = StagePhases.Prefill;

    /// <summary>Whether the choice depends on the prompt's last queries: such a cache cannot be shared as a prefix.</summary>
    public bool QueryAware { get; set; }

    /// <summary>Whether tokens or precision are lost. A selection that is not lossy keeps every token.</summary>
    public bool Lossy { get; set; }

    /// <summary>Whether budgets of layers that are done may shrink when deeper layers are seen.</summary>
    public bool RevisesEarlierLayers { get; set; }

    /// <summary>Whether a pipeline may hold several of these stages, each acting at the layer that its option of that role states.</summary>
    public bool Repeatable { get; set; }

    /// <summary>Whether the stage counts on every token of the prompt in every layer, such as for heads that keep everything.</summary>
    public bool WholePrompt { get; set; }

    /// <summary>
    /// Whether a propagation stage ends the pass at its layer and starts again on the chosen tokens, as a new prompt with positions of
    /// its own. It chooses by the statistic that it observes, with pooling and kernel of its own, and forces no token to stay.
    /// </summary>
    public bool Restarts { get; set; }

    /// <summary>What a file tells the stage at compile time.</summary>
    public ProfileKind Profile { get; set; }

    /// <summary>How scores are smoothed along the tokens, unless an option decides.</summary>
    public PoolingKind Pooling { get; set; }

    /// <summary>Odd width of the smoothing, unless an option decides.</summary>
    public int PoolingKernel { get; set; } = 1;

    /// <summary>How the scores of a group's query heads become one, unless an option decides.</summary>
    public GroupReduction Reduction { get; set; }

    /// <summary>
    /// Whether all key-value heads of a layer have the same scores: those of the heads, reduced as the query heads of a group are. They then keep the
    /// same tokens.
    /// </summary>
    public bool SharesScores { get; set; }

    /// <summary>Bits of a stored key or value element; a storage stage must state it.</summary>
    public int ElementBits { get; set; }

    /// <summary>
    /// Whether a storage stage holds codes of 4 or 8 bits instead of numbers. The pipeline then quantises every full page: keys by channel,
    /// values by token, with a scale and a zero point in half precision for each. Tokens of such a page stay where they are.
    /// </summary>
    public bool Quantised { get; set; }

    /// <summary>
    /// Whether a storage stage keeps, of the keys of full pages, only the channels that matter to the prompt's last queries. An option of role
    /// <see cref="OptionRole.PrunedChannels"/> says how many go, one of role <see cref="OptionRole.ObservedRows"/> whose queries count. Tokens of such a
    /// page stay where they are. Excludes <see cref="Quantised"/>.
    /// </summary>
    public bool PrunesKeyChannels { get; set; }

    /// <summary>
    /// Whether kernels can read what a storage stage stores: elements of 32 bits that are single-precision numbers. Codes, halves and pruned keys would need
    /// kernels of their own for every leaf.
    /// </summary>
    public bool KernelReadable { get; set; }

    /// <summary>Heads whose left-out tokens a residency places, unless an option decides. A residency is told of no other heads.</summary>
    public HeadRoles Serves { get; set; } = HeadRoles.Compressed | HeadRoles.Pivot | HeadRoles.Satellite;

    /// <summary>Where the method is described.</summary>
    public string? Source { get; set; }
}
