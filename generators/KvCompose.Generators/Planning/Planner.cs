using KvCompose.Shared;
using KvCompose.Shared.Specs;

namespace KvCompose.Generators.Planning;

/// <summary>Decides from a spec what is observed, how registers are blocked and how memory is laid out. Pure.</summary>
internal static class Planner
{
    private const int VectorFloats = 16;
    private const int LongestChunk = 1024;
    private const int Alignment = 64;

    /// <summary>Rows whose queries decide over channels, unless an option says it.</summary>
    private const int DefaultChannelRows = 32;

    /// <summary>Accumulators that leave room for operands in 32 vector registers.</summary>
    private const int AccumulatorRegisters = 24;

    /// <summary>Multiply-adds in flight that hide their latency: 4 cycles, 2 a cycle.</summary>
    private const int IndependentProducts = 8;

    public static PipelinePlan Plan(PipelineSpec spec)
    {
        StageSpec selection = spec[StageSlot.TokenSelection]!;
        StageSpec? storage = spec[StageSlot.Storage];
        int bits = storage?.Facts.ElementBits is > 0 and var declared ? declared : 32;
        bool quantised = storage is { Facts.Quantised: true };
        int channels = spec.HeadDim - (storage?.PrunedChannels(spec.HeadDim) ?? 0);
        int keyBytes = spec.PageTokens * channels * bits / 8, elementBytes = spec.PageTokens * spec.HeadDim * bits / 8;
        int valueOffset = keyBytes + (quantised ? spec.HeadDim * sizeof(uint) : 0);
        int positionOffset = valueOffset + elementBytes + (quantised ? spec.PageTokens * sizeof(uint) : 0);
        AttentionStatistics statistics = StatisticsOf(spec, selection);
        PoolingOrder order = selection.EvictsWhileDecoding ? (PoolingOrder)selection.Number(OptionRole.PoolingOrder, 0) : PoolingOrder.None;
        int stateWords = (order == PoolingOrder.None ? 0 : 1) + ((statistics & AttentionStatistics.CollectedProbabilities) == 0 ? 0 : 1);
        bool counted = selection.Facts.Lossy && spec.Stages.Any(static stage => stage is { Tier: not null, Facts.Layout: >= CacheLayout.Paged });
        int countOffset = positionOffset + (spec.PageTokens * sizeof(int) * (1 + stateWords));
        int pageBytes = (countOffset + (counted ? sizeof(int) : 0) + Alignment - 1) / Alignment * Alignment;
        int window = selection.Number(OptionRole.Window, 0);
        int observedRows = selection.Number(OptionRole.ObservedRows, window);
        string storageType = storage?.Type.FullyQualifiedName ?? KernelPlanner.Storage;
        return new PipelinePlan
        {
            Spec = spec,
            Storage = storageType,
            ElementBits = bits,
            Quantised = quantised,
            KeyChannels = channels,
            ChannelRows = storage?.Number(OptionRole.ObservedRows, DefaultChannelRows) ?? 0,
            KeyCodeOffset = keyBytes,
            ValueOffset = valueOffset,
            ValueCodeOffset = valueOffset + elementBytes,
            PositionOffset = positionOffset,
            PageBytes = pageBytes,
            BytesPerToken = (countOffset + spec.PageTokens - 1) / spec.PageTokens,
            StateWords = stateWords,
            Counted = counted,
            PoolingOrder = order,
            Selects = selection.Facts.Lossy,
            Sinks = selection.Number(OptionRole.Sinks, 0),
            Window = window,
            ObservedRows = observedRows,
            Pooling = selection.Pooling,
            PoolingKernel = selection.PoolingWidth,
            Reduction = (GroupReduction)selection.Number(OptionRole.Reduction, (int)selection.Facts.Reduction),
            Statistics = statistics,
            ScoreSets = ScoreSets(spec.GroupSize),
            ValueVectors = ValueVectors(spec.GroupSize, spec.HeadDim / VectorFloats),
            SplitTokens = LongestChunk / spec.PageTokens * spec.PageTokens,
            Kernels = KernelPlanner.Plan(spec, storageType, (statistics & AttentionStatistics.AllRowsSum) != 0 ? int.MaxValue : observedRows),
        };
    }

    /// <summary>What all stages ask for; nobody is asked when every token is kept, and an eviction that is turned off asks nothing of decoding.</summary>
    private static AttentionStatistics StatisticsOf(PipelineSpec spec, StageSpec selection)
        => selection.Facts.Lossy
            ? spec.Stages.Aggregate(AttentionStatistics.None, static (all, stage) => all | AskedOf(stage))
            : AttentionStatistics.None;

    /// <summary>What a restart wants to know, it asks in a pass of its own.</summary>
    private static AttentionStatistics AskedOf(StageSpec stage) => stage switch
    {
        { Facts.Restarts: true } => AttentionStatistics.None,
        { Slot: StageSlot.TokenSelection, EvictsWhileDecoding: false }
            => stage.Facts.Observes & ~(AttentionStatistics.DecodeProbabilities | AttentionStatistics.CollectedProbabilities),
        _ => stage.Facts.Observes,
    };

    /// <summary>The fewest sets with enough independent products, within the registers.</summary>
    private static int ScoreSets(int group)
    {
        int sets = 1;
        while (sets < 4 && group * sets < IndependentProducts && group * sets * 2 <= AccumulatorRegisters)
        {
            sets *= 2;
        }

        return sets;
    }

    /// <summary>The longest part of a value row, in vectors, whose accumulators for the whole group fit the registers.</summary>
    private static int ValueVectors(int group, int vectors)
    {
        int part = vectors;
        while (part > 1 && (vectors % part != 0 || group * part > AccumulatorRegisters))
        {
            part--;
        }

        return part;
    }
}
