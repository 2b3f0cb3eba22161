using KvCompose.Shared.Specs;

namespace KvCompose.Generators.Planning;

/// <summary>How a decode step attends, and what it does with what attention leaves.</summary>
internal sealed record DecodePlan
{
    private const int VectorFloats = 16;
    private const int LongestChunk = 1024;

    /// <summary>Accumulators that leave room for operands in 32 vector registers.</summary>
    private const int AccumulatorRegisters = 24;

    /// <summary>Multiply-adds in flight that hide their latency: 4 cycles, 2 a cycle.</summary>
    private const int IndependentProducts = 8;

    /// <summary>The line along which an eviction while decoding pools.</summary>
    public required PoolingOrder Order { get; init; }

    /// <summary>Whether heads give up tokens while decoding.</summary>
    public required bool Evicts { get; init; }

    /// <summary>Whether the attention of a decode step leaves the weights of watched heads behind.</summary>
    public required bool KeepsWeights { get; init; }

    /// <summary>Query heads whose retentions are taken one by one while decoding: one where attention does not count, or was collected.</summary>
    public required int RetainedHeads { get; init; }

    /// <summary>Whether heads are watched by what they make of the prompt's tokens, pooled as the selection pools.</summary>
    public required bool Monitors { get; init; }

    /// <summary>Whether watched heads attend before the others, so that what they ask for takes part in the same token.</summary>
    public required bool WatchesFirst { get; init; }

    /// <summary>Independent sets of score accumulators, by residue of the dimension: hides the latency of the multiply-add.</summary>
    public required int ScoreSets { get; init; }

    /// <summary>Vectors of a value row that stay in registers for the whole group at once.</summary>
    public required int ValueVectors { get; init; }

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
            Monitors = keepsWeights && !evicts && residency.NeedsTierScores,
            WatchesFirst = keepsWeights && !evicts && residency.ReturnsInSameToken,
            ScoreSets = ScoreSetsOf(spec.GroupSize),
            ValueVectors = ValueVectorsOf(spec.GroupSize, spec.HeadDim / VectorFloats),
            SplitTokens = chunk,
            ScratchFloats = spec.GroupSize
                * (spec.HeadDim + StrideOf(chunk) + spec.HeadDim + 2 + (pages.Layout.Pruned ? pages.Layout.KeyChannels : 0)),
        };
    }

    private static int StrideOf(int chunk) => chunk + VectorFloats;

    /// <summary>The fewest sets with enough independent products, within the registers.</summary>
    private static int ScoreSetsOf(int group)
    {
        int sets = 1;
        while (sets < 4 && group * sets < IndependentProducts && group * sets * 2 <= AccumulatorRegisters)
        {
            sets *= 2;
        }

        return sets;
    }

    /// <summary>The longest part of a value row, in vectors, whose accumulators for the whole group fit the registers.</summary>
    private static int ValueVectorsOf(int group, int vectors)
    {
        int part = vectors;
        while (part > 1 && (vectors % part != 0 || group * part > AccumulatorRegisters))
        {
            part--;
        }

        return part;
    }
}
