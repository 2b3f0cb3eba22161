using KvCompose.Cache;
using KvCompose.Threading;

namespace KvCompose.Residency;

/// <summary>What a tier is opened with.</summary>
public readonly struct TierContext
{
    /// <summary>Nothing but what is required.</summary>
    public TierContext()
    {
    }

    /// <summary>The pipeline's name, for messages.</summary>
    public required string Pipeline { get; init; }

    /// <summary>The model's dimensions; of its layers those without a window.</summary>
    public required TransformerShape Shape { get; init; }

    /// <summary>The pages of all sequences.</summary>
    public required PagePool Pool { get; init; }

    /// <summary>The cache of every sequence.</summary>
    public required IReadOnlyList<SequenceCache> Caches { get; init; }

    /// <summary>Writes tokens into resident pages as the pipeline's storage does.</summary>
    public required PageWriter Writer { get; init; }

    /// <summary>The session's threads; used inside of the tier's calls only.</summary>
    public required WorkerPool Workers { get; init; }

    /// <summary>Tokens at the start of the prompt that the selection keeps whatever the budget is.</summary>
    public required int Sinks { get; init; }

    /// <summary>Tokens at the end of the prompt that the selection keeps whatever the budget is.</summary>
    public required int Window { get; init; }

    /// <summary>Whether layers that are done may lose tokens until the prompt is complete; only an <see cref="ICascadeTier"/> is opened so.</summary>
    public bool Cascades { get; init; }

    /// <summary>The bound c of scaled scores, c · tanh(score / c); 0 for none.</summary>
    public float SoftCap { get; init; }

    /// <summary>Where a tier puts files; null for the system's folder for temporary ones.</summary>
    public string? PageFolder { get; init; }

    /// <summary>How the selection smooths scores along the tokens; set where the stage's facts need <see cref="StageProducts.TokenScores"/>.</summary>
    public PoolingKind Pooling { get; init; }

    /// <summary>Odd width of that; set like <see cref="Pooling"/>.</summary>
    public int PoolingKernel { get; init; }

    /// <summary>How the scores of a group's query heads become one; set like <see cref="Pooling"/>.</summary>
    public GroupReduction Reduction { get; init; }

    /// <summary>What is known of the model's heads; null unless the facts need <see cref="StageProducts.HeadProfile"/>.</summary>
    public HeadProfile? Profile { get; init; }

    /// <summary>The layers that choose for others, ascending; empty unless the facts read <see cref="ProfileKind.FilterLayers"/>.</summary>
    public int[] FilterLayers { get; init; } = [];
}
