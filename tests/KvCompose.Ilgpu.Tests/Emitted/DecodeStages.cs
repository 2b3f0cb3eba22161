namespace KvCompose.DeviceTests.Emitted;

/// <summary>A user's eviction without a line: what this step attends to least leaves, whichever query head attends to it.</summary>
[TokenSelectionFacts(
    Observes = AttentionStatistics.WindowSum | AttentionStatistics.DecodeProbabilities, Needs = StageProducts.LayerBudgets,
    Phases = StagePhases.Prefill | StagePhases.Decode, Reduction = GroupReduction.Max, Lossy = true)]
public readonly struct Fading : IDecodeEviction<Fading>
{
    [StageOption(2, Minimum = 0, Role = OptionRole.Sinks)]
    public int First { get; init; }

    [StageOption(6, Minimum = 1, Role = OptionRole.Window)]
    public int Last { get; init; }

    public static float Score(in Fading options, in TokenStatistics token) => token.WindowSum;

    public static float Retain(in Fading options, in ResidentToken token) => token.Probability;
}

/// <summary>A user's eviction by what was collected, pooled along the positions.</summary>
[TokenSelectionFacts(
    Observes = AttentionStatistics.WindowSum | AttentionStatistics.DecodeProbabilities | AttentionStatistics.CollectedProbabilities,
    Needs = StageProducts.LayerBudgets, Phases = StagePhases.Prefill | StagePhases.Decode, Pooling = PoolingKind.Average,
    PoolingKernel = 3, Reduction = GroupReduction.Mean, Lossy = true)]
public readonly struct Hoarding : IDecodeEviction<Hoarding>
{
    [StageOption(6, Minimum = 1, Role = OptionRole.Window)]
    public int Last { get; init; }

    [StageOption(PoolingOrder.Positional, Role = OptionRole.PoolingOrder)]
    public PoolingOrder Line { get; init; }

    public static float Score(in Hoarding options, in TokenStatistics token) => token.WindowSum;

    public static float Retain(in Hoarding options, in ResidentToken token) => token.Collected;
}
