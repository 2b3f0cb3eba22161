using KvCompose.Shared.Specs;

namespace KvCompose.Generators.Planning;

/// <summary>What is observed of a prompt: the union of what all stages ask for.</summary>
internal sealed record ObservationPlan
{
    /// <summary>What stages ask for.</summary>
    public required AttentionStatistics Asked { get; init; }

    /// <summary>Rows at the end of the prompt whose attention is observed.</summary>
    public required int Rows { get; init; }

    /// <summary>Query heads that are scored one by one: the group where attention is observed, one where only keys and positions count.</summary>
    public required int ScoredHeads { get; init; }

    /// <summary>Whether some observed row comes before a token that is scored, so that causality must be masked.</summary>
    public required bool Masks { get; init; }

    /// <summary>The statistics that are computed.</summary>
    public IEnumerable<ObservedStatistic> Statistics => ObservedStatistic.All.Where(statistic => (statistic.AskedBy & Asked) != 0);

    /// <summary>Those of them that the selection reads.</summary>
    public IEnumerable<ObservedStatistic> Scored => Statistics.Where(static statistic => statistic.Property is not null);

    /// <summary>Those of them whose totals a layer budget reads.</summary>
    public IEnumerable<ObservedStatistic> Totalled => Statistics.Where(static statistic => statistic.Total is not null);

    /// <summary>Whether the last rows' attention is looked at.</summary>
    public bool ReadsWindow => In(StatisticPass.Window).Any();

    /// <summary>Whether the attention of all rows is looked at, in a pass of its own.</summary>
    public bool ReadsAllRows => In(StatisticPass.AllRows).Any();

    /// <summary>Whether the keys themselves are looked at.</summary>
    public bool ReadsKeys => In(StatisticPass.Keys).Any();

    /// <summary>Whether probabilities are made again from what the attention leaves of each row.</summary>
    public bool ReadsAttention => ReadsWindow || ReadsAllRows;

    /// <summary>Whether every token keeps what it has collected.</summary>
    public bool Collects => (Asked & AttentionStatistics.CollectedProbabilities) != 0;

    /// <summary>The statistic that a layer budget reads a total of, or null where it is not observed.</summary>
    public ObservedStatistic? TotalOf(LayerTotal total) => Statistics.FirstOrDefault(statistic => statistic.Total == total);

    /// <summary>The statistics of one pass.</summary>
    public IEnumerable<ObservedStatistic> In(StatisticPass pass) => Statistics.Where(statistic => statistic.Pass == pass);

    public static ObservationPlan Of(PipelineSpec spec, StageSpec selection)
    {
        AttentionStatistics asked = AskedOf(spec, selection);
        int window = selection.Number(OptionRole.Window, 0);
        int rows = selection.Number(OptionRole.ObservedRows, window);
        var plan = new ObservationPlan { Asked = asked, Rows = rows, ScoredHeads = 1, Masks = false };
        return plan with
        {
            ScoredHeads = plan.ReadsAttention ? spec.GroupSize : 1,
            Masks = plan.Collects || plan.ReadsAllRows || rows > window + 1,
        };
    }

    /// <summary>What all stages ask for; nobody is asked when every token is kept, and an eviction that is turned off asks nothing of decoding.</summary>
    private static AttentionStatistics AskedOf(PipelineSpec spec, StageSpec selection)
        => selection.Facts.Lossy
            ? spec.Stages.Aggregate(AttentionStatistics.None, static (all, stage) => all | AskedOf(stage))
            : AttentionStatistics.None;

    /// <summary>What a restart wants to know, it asks in a pass of its own.</summary>
    private static AttentionStatistics AskedOf(StageSpec stage) => stage switch
    {
        { Facts.TwoPass: true } => AttentionStatistics.None,
        { Slot: StageSlot.TokenSelection, EvictsWhileDecoding: false }
            => stage.Facts.Observes & ~(AttentionStatistics.DecodeProbabilities | AttentionStatistics.CollectedProbabilities),
        _ => stage.Facts.Observes,
    };
}
