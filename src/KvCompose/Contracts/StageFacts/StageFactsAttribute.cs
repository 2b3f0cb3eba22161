namespace KvCompose;

/// <summary>
/// What a stage of any slot declares about itself. The compiler reads these facts without running anything: they decide what is observed, what is emitted and
/// which combinations exist. Each slot has facts of its own: <see cref="TokenSelectionFactsAttribute"/>, <see cref="LayerBudgetFactsAttribute"/>,
/// <see cref="HeadRoleFactsAttribute"/>, <see cref="PropagationFactsAttribute"/>, <see cref="ResidencyFactsAttribute"/> and
/// <see cref="StorageFactsAttribute"/>. A stage without facts has all defaults.
/// </summary>
[AttributeUsage(AttributeTargets.Struct)]
public abstract class StageFactsAttribute : Attribute
{
    private protected StageFactsAttribute()
    {
    }

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

    /// <summary>When the stage acts; prefill unless stated.</summary>
    public StagePhases Phases { get; set; } = StagePhases.Prefill;

    /// <summary>Whether the choice depends on the prompt's last queries: such a cache cannot be shared as a prefix.</summary>
    public bool QueryAware { get; set; }

    /// <summary>Whether tokens or precision are lost. A selection that is not lossy keeps every token.</summary>
    public bool Lossy { get; set; }

    /// <summary>Whether the stage counts on every token of the prompt in every layer, such as for heads that keep everything.</summary>
    public bool WholePrompt { get; set; }

    /// <summary>What a file tells the stage at compile time.</summary>
    public ProfileKind Profile { get; set; }

    /// <summary>Where the method is described.</summary>
    public string? Source { get; set; }
}
