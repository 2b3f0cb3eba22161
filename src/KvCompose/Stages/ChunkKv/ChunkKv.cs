namespace KvCompose;

/// <summary>
/// ChunkKV: whole chunks of consecutive tokens, the same under all heads. A token's score is SnapKV's, summed over the heads; a chunk's is the mean of its
/// tokens. What the budget leaves when no whole chunk fits goes to the first tokens of the next best chunk; the window itself is always kept.
/// Source: Liu et al., "ChunkKV: Semantic-Preserving KV Cache Compression for Efficient Long-Context LLM Inference", arXiv 2502.00299.
/// </summary>
[TokenSelectionFacts(
    Observes = AttentionStatistics.WindowSum,
    Needs = StageProducts.LayerBudgets,
    Provides = StageProducts.TokenScores | StageProducts.RankedOrder,
    Pooling = PoolingKind.Average,
    Reduction = GroupReduction.Sum,
    SharesScores = true,
    QueryAware = true,
    Lossy = true,
    Source = "arXiv 2502.00299")]
public readonly struct ChunkKv : ITokenSelection<ChunkKv>
{
    /// <summary>Observation window w: the last tokens of the prompt, whose attention is observed and which are always kept.</summary>
    [StageOption(32, Minimum = 1, Maximum = 1024, Role = OptionRole.Window)]
    public int Window { get; init; }

    /// <summary>Odd width of the pooling before chunks are made; the published method does not pool.</summary>
    [StageOption(1, Minimum = 1, Maximum = 255, Odd = true, Role = OptionRole.PoolingKernel)]
    public int Kernel { get; init; }

    /// <summary>Tokens of a chunk.</summary>
    [StageOption(10, Minimum = 2, Maximum = 4096, Role = OptionRole.ChosenTogether)]
    public int Chunk { get; init; }

    /// <inheritdoc/>
    public static float Score(in ChunkKv options, in TokenStatistics token) => token.WindowSum;
}

/// <summary>Declares <see cref="ChunkKv"/>.</summary>
public sealed class ChunkKvAttribute : TokenSelectionAttribute<ChunkKv>
{
    /// <inheritdoc cref="ChunkKv.Window"/>
    public int Window { get; set; }

    /// <inheritdoc cref="ChunkKv.Kernel"/>
    public int Kernel { get; set; }

    /// <inheritdoc cref="ChunkKv.Chunk"/>
    public int Chunk { get; set; }
}
