using KvCompose.Retrieval;
using KvCompose.Shared;
using KvCompose.Shared.Specs;

namespace KvCompose.Generators.Planning;

/// <summary>Everything that was decided about a pipeline, as numbers and flags. The emitters turn it into text.</summary>
internal sealed record PipelinePlan
{
    public required PipelineSpec Spec { get; init; }

    /// <summary>The storage that was declared, or the default.</summary>
    public required string Storage { get; init; }

    public required int ElementBits { get; init; }

    /// <summary>Whether elements are codes, and a page is quantised when it is full.</summary>
    public required bool Quantised { get; init; }

    /// <summary>Channels that the keys of a full page keep: d, or fewer.</summary>
    public required int KeyChannels { get; init; }

    /// <summary>Last rows of the prompt whose queries decide which channels these are.</summary>
    public required int ChannelRows { get; init; }

    /// <summary>Where a quantised page keeps the scales and zero points of its keys, a word a channel; else where its values begin.</summary>
    public required int KeyCodeOffset { get; init; }

    /// <summary>Bytes of a page's keys; its values begin here.</summary>
    public required int ValueOffset { get; init; }

    /// <summary>Where a quantised page keeps the scales and zero points of its values, a word a token; else where its positions begin.</summary>
    public required int ValueCodeOffset { get; init; }

    /// <summary>Where a page's positions begin.</summary>
    public required int PositionOffset { get; init; }

    public required int PageBytes { get; init; }

    /// <summary>Bytes that one token takes under one key-value head, position included.</summary>
    public required int BytesPerToken { get; init; }

    /// <summary>Words that a page keeps of every token beside its position.</summary>
    public required int StateWords { get; init; }

    /// <summary>Whether a page has its own number of valid tokens.</summary>
    public required bool Counted { get; init; }

    /// <summary>The line along which an eviction while decoding pools.</summary>
    public required PoolingOrder PoolingOrder { get; init; }

    /// <summary>Whether tokens are left out at all.</summary>
    public required bool Selects { get; init; }

    public required int Sinks { get; init; }

    public required int Window { get; init; }

    public required int ObservedRows { get; init; }

    public required PoolingKind Pooling { get; init; }

    public required int PoolingKernel { get; init; }

    public required GroupReduction Reduction { get; init; }

    /// <summary>Union of what all stages want to know.</summary>
    public required AttentionStatistics Statistics { get; init; }

    /// <summary>Independent sets of score accumulators, by residue of the dimension: hides the latency of the multiply-add.</summary>
    public required int ScoreSets { get; init; }

    /// <summary>Vectors of a value row that stay in registers for the whole group at once.</summary>
    public required int ValueVectors { get; init; }

    /// <summary>Tokens of the longest piece of a head that one thread attends to at a time.</summary>
    public required int SplitTokens { get; init; }

    /// <summary>How the kernels are blocked; null where the storage is not one that kernels read.</summary>
    public required KernelPlan? Kernels { get; init; }

    /// <summary>Whether keys of full pages lack channels.</summary>
    public bool Prunes => KeyChannels < HeadDim;

    /// <summary>Whether a page is written anew when it is full, and its tokens are kept beside it until then.</summary>
    public bool Seals => Quantised || Prunes;

    /// <summary>Floats from one query head's scores to the next.</summary>
    public int ScoreStride => SplitTokens + 16;

    public int HeadDim => Spec.HeadDim;

    public int GroupSize => Spec.GroupSize;

    public int PageTokens => Spec.PageTokens;

    /// <summary>Tokens that are kept whatever the budget is.</summary>
    public int ProtectedTokens => Sinks + Window;

    /// <summary>Whether the last rows' attention is looked at.</summary>
    public bool ObservesWindow
        => (Statistics & (AttentionStatistics.WindowSum | AttentionStatistics.WindowVariance | AttentionStatistics.LayerEntropy)) != 0;

    public bool ObservesVariance => (Statistics & AttentionStatistics.WindowVariance) != 0;

    public bool ObservesEntropy => (Statistics & AttentionStatistics.LayerEntropy) != 0;

    /// <summary>Whether the attention of all rows is looked at, in a pass of its own.</summary>
    public bool ObservesAllRows => (Statistics & AttentionStatistics.AllRowsSum) != 0;

    /// <summary>Whether probabilities are made anew from what the attention leaves of each row.</summary>
    public bool ObservesAttention => ObservesWindow || ObservesAllRows;

    public bool ObservesKeyNorm => (Statistics & AttentionStatistics.KeyNorm) != 0;

    /// <summary>Whether heads give up tokens while decoding.</summary>
    public bool Evicts => Selection.EvictsWhileDecoding;

    /// <summary>Whether a layer budget may let layers hold more while decoding, or less, than it gives them of the prompt.</summary>
    public bool HasCapacities => Evicts && LayerBudget is not null && HeadRole is null;

    /// <summary>Whether every token keeps what it has collected.</summary>
    public bool Collects => (Statistics & AttentionStatistics.CollectedProbabilities) != 0;

    /// <summary>Whether the attention of a decode step leaves the weights of watched heads behind.</summary>
    public bool KeepsWeights => (Statistics & AttentionStatistics.DecodeProbabilities) != 0;

    /// <summary>Query heads whose retentions are taken one by one while decoding: one where attention does not count, or was collected.</summary>
    public int RetainedHeads => Collects || !KeepsWeights ? 1 : GroupSize;

    /// <summary>Whether tokens that were left out may come back.</summary>
    public bool Retrieves => Tiers.Any();

    /// <summary>Whether heads are watched by what they make of the prompt's tokens, pooled as the selection pools.</summary>
    public bool Monitors => KeepsWeights && !Evicts && Tiers.Any(static tier => (tier.Facts.Needs & StageProducts.TokenScores) != 0);

    /// <summary>Whether the kernel of attention leaves scores behind.</summary>
    public bool LeavesLogits => KeepsWeights && (Evicts || Monitors);

    /// <summary>Whether watched heads attend before the others, so that what they ask for takes part in the same token.</summary>
    public bool WatchesFirst
        => KeepsWeights && !Evicts && Tiers.Any(static tier => tier.Number(OptionRole.Visibility, 0) == (int)RetrievalVisibility.SameToken);

    /// <summary>Whether a stage wants to know what a profile says of the model's heads.</summary>
    public bool NeedsProfile => Selects && Spec.Stages.Any(static stage => (stage.Facts.Needs & StageProducts.HeadProfile) != 0);

    /// <summary>Whether a page's tokens stand in order of their rank, best first: what shrinks then is cut, and what is pooled by rank finds it.</summary>
    public bool KeepsRanked => Cascades || PoolingOrder == PoolingOrder.Physical;

    /// <summary>Where a page keeps the line of its head, one slot number a rank.</summary>
    public int OrderOffset => PositionOffset + (PageTokens * sizeof(int));

    /// <summary>Where a page keeps what its tokens have collected.</summary>
    public int CollectedOffset => OrderOffset + (PoolingOrder == PoolingOrder.None ? 0 : PageTokens * sizeof(int));

    /// <summary>Where a counted page keeps its number of valid tokens.</summary>
    public int CountOffset => PositionOffset + (PageTokens * sizeof(int) * (1 + StateWords));

    /// <summary>Whether some observed row comes before a token that is scored, so that causality must be masked.</summary>
    public bool MasksObservation => Collects || ObservesAllRows || ObservedRows > Window + 1;

    /// <summary>Query heads that are scored one by one: the group where attention is observed, one where only keys and positions count.</summary>
    public int ScoredHeads => ObservesAttention ? GroupSize : 1;

    /// <summary>Whether layers that are done may shrink: their tokens are then kept in ranked order, so that shrinking is a truncation.</summary>
    public bool Cascades => LayerBudget is { Facts.RevisesEarlierLayers: true };

    /// <summary>Whether what layers lose that are done goes to a tier, too.</summary>
    public bool CutsToTier => Cascades && Tiers.Any(static tier => tier.TakesCuts);

    /// <summary>Whether a budget that falls after its layer is done is divided among the heads anew.</summary>
    public bool DividesAgain => Cascades && HeadRole is not null;

    /// <summary>Whether kernels choose and gather tokens.</summary>
    public bool ChoosesOnDevice => Kernels is not null && Selects;

    /// <summary>Whether kernels rank host pages, choose among them and copy them: pages of one key tile, kept as the resident ones are.</summary>
    public bool RanksPagesOnDevice
        => Kernels is not null && Counted && PageTokens == KernelPlan.TileTokens
            && PageTier is { } tier && tier.Number(OptionRole.HostPages, 0) == 0;

    /// <summary>How host pages are ranked, where they are.</summary>
    public PageRanking PageRanking => (PageRanking)PageTier!.Number(OptionRole.PageRanking, (int)PageTier.Facts.PageRanking);

    /// <summary>What brings whole pages in; null where nothing does.</summary>
    private StageSpec? PageTier => Tiers.FirstOrDefault(static tier => tier.Option(OptionRole.Retrieved) is not null);

    /// <summary>What lets only chosen tokens go on, in the order of declaration.</summary>
    public IEnumerable<StageSpec> Propagations => Spec.Stages.Where(static stage => stage is { Slot: StageSlot.Propagation, Facts.Restarts: false });

    /// <summary>What makes a new prompt of chosen tokens, and starts again.</summary>
    public StageSpec? Restart => Spec.Stages.FirstOrDefault(static stage => stage.Facts.Restarts);

    /// <summary>Whether deeper layers may get fewer tokens than the prompt has.</summary>
    public bool Propagates => Propagations.Any();

    public StageSpec? LayerBudget => Spec[StageSlot.LayerBudget];

    public StageSpec? HeadRole => Spec[StageSlot.HeadRole];

    public StageSpec Selection => Spec[StageSlot.TokenSelection]!;

    /// <summary>What places tokens that are left out, in the order of declaration; nothing where every token is kept.</summary>
    public IEnumerable<StageSpec> Residencies => Spec.Stages.Where(stage => Selects && stage.Slot == StageSlot.Residency);

    /// <summary>Those of them from which tokens come back.</summary>
    public IEnumerable<StageSpec> Tiers => Residencies.Where(static stage => stage.Tier is not null);

    /// <summary>Whether heads that would keep every token leave some to a residency.</summary>
    public bool ServesFullHeads => Residencies.Any(static stage => (stage.Serves & HeadRoles.Full) != 0);

    /// <summary>
    /// Floats of scratch memory that one thread needs to attend to a piece: queries, scores, accumulators, maxima and sums, and what queries keep where keys are
    /// pruned.
    /// </summary>
    public int ScratchFloats => GroupSize * (HeadDim + ScoreStride + HeadDim + 2 + (Prunes ? KeyChannels : 0));
}
