using KvCompose.Shared;
using KvCompose.Shared.Specs;

namespace KvCompose.Generators.Planning;

/// <summary>How a decode step attends, and what it does with what attention leaves.</summary>
internal sealed record DecodePlan
{
    private const int VectorFloats = 16;
    private const int LongestChunk = 1024;

    /// <summary>The line along which an eviction while decoding pools.</summary>
    public required PoolingOrder Order { get; init; }

    /// <summary>Whether heads give up tokens while decoding.</summary>
    public required bool Evicts { get; init; }

    /// <summary>Whether the attention of a decode step leaves the weights of watched heads behind.</summary>
    public required bool KeepsWeights { get; init; }

    /// <summary>Query heads whose retentions are taken one by one while decoding: one where attention does not count, or was collected.</summary>
    public required int RetainedHeads { get; init; }

    /// <summary>Whether the heads of a layer retain the same tokens.</summary>
    public required bool SharesRetentions { get; init; }

    /// <summary>Whether heads are watched by what they make of the prompt's tokens, pooled as the selection pools.</summary>
    public required bool Monitors { get; init; }

    /// <summary>Whether watched heads attend before the others, so that what they ask for takes part in the same token.</summary>
    public required bool WatchesFirst { get; init; }

    /// <summary>The leaf loops, for each width of the vector registers, the widest first.</summary>
    public required EquatableArray<LeafWidth> Widths { get; init; }

    /// <summary>Tokens of the longest piece of a head that one thread attends to at a time.</summary>
    public required int SplitTokens { get; init; }

    /// <summary>
    /// Floats of scratch memory that one thread needs to attend to a piece: queries, scores, accumulators, maxima and sums, and what queries keep where keys are
    /// pruned.
    /// </summary>
    public required int ScratchFloats { get; init; }

    /// <summary>Floats from one query head's scores to the next.</summary>
    public int ScoreStride => StrideOf(SplitTokens);

    /// <summary>Whether the kernel of attention leaves scores behind.</summary>
    public bool LeavesLogits => KeepsWeights && (Evicts || Monitors);

    public static DecodePlan Of(PipelineSpec spec, PagePlan pages, ObservationPlan observation, ResidencyPlan residency, bool evicts, PoolingOrder order)
    {
        bool keepsWeights = (observation.Asked & AttentionStatistics.DecodeProbabilities) != 0;
        int chunk = LongestChunk / spec.PageTokens * spec.PageTokens;
        return new DecodePlan
        {
            Order = order,
            Evicts = evicts,
            KeepsWeights = keepsWeights,
            RetainedHeads = observation.Collects || !keepsWeights ? 1 : spec.GroupSize,
            SharesRetentions = evicts && spec[StageSlot.TokenSelection]!.Facts.SharesScores,
            Monitors = keepsWeights && !evicts && residency.NeedsTierScores,
            WatchesFirst = keepsWeights && !evicts && residency.ReturnsInSameToken,
            Widths = LeafWidths.Of(spec),
            SplitTokens = chunk,
            ScratchFloats = spec.GroupSize
                * (spec.HeadDim + StrideOf(chunk) + spec.HeadDim + 2 + (pages.Layout.Pruned ? pages.Layout.KeyChannels : 0)),
        };
    }

    private static int StrideOf(int chunk) => chunk + VectorFloats;
}
