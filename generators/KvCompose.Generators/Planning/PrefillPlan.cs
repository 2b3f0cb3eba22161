using KvCompose.Shared;
using KvCompose.Shared.Profiles;
using KvCompose.Shared.Specs;

namespace KvCompose.Generators.Planning;

/// <summary>What is decided over the tokens of a prompt, layer by layer.</summary>
internal sealed record PrefillPlan
{
    /// <summary>Which tokens a head keeps.</summary>
    public required StageSpec Selection { get; init; }

    /// <summary>How many tokens a layer keeps; null where no stage says it.</summary>
    public required StageSpec? LayerBudget { get; init; }

    /// <summary>Which part a head plays; null where no stage says it.</summary>
    public required StageSpec? HeadRole { get; init; }

    /// <summary>What lets only chosen tokens go on, in the order of declaration.</summary>
    public required EquatableArray<StageSpec> Propagations { get; init; }

    /// <summary>What makes a new prompt of chosen tokens, and starts again.</summary>
    public required StageSpec? Restart { get; init; }

    /// <summary>Whether a stage wants to know what a profile says of the model's heads.</summary>
    public required bool NeedsProfile { get; init; }

    /// <summary>Whether an eviction while decoding pools by rank.</summary>
    public required bool PoolsByRank { get; init; }

    /// <summary>Whether tokens are left out at all.</summary>
    public bool Selects => Selection.Facts.Lossy;

    /// <summary>The table by which the heads share what a layer keeps; null without one.</summary>
    public ProfileSpec? HeadTable => Selects && HeadRole?.Profile is { Heads: > 0, Roles: null } table ? table : null;

    /// <summary>Tokens at the start of the prompt that are kept whatever the budget is.</summary>
    public int Sinks => Selection.Number(OptionRole.Sinks, 0);

    /// <summary>Tokens at the end of the prompt that are kept whatever the budget is.</summary>
    public int Window => Selection.Number(OptionRole.Window, 0);

    /// <summary>Tokens that are kept whatever the budget is.</summary>
    public int ProtectedTokens => Sinks + Window;

    public PoolingKind Pooling => Selection.Pooling;

    public int PoolingKernel => Selection.PoolingWidth;

    public GroupReduction Reduction => (GroupReduction)Selection.Number(OptionRole.Reduction, (int)Selection.Facts.Reduction);

    /// <summary>Whether deeper layers may get fewer tokens than the prompt has.</summary>
    public bool Propagates => Propagations.Count > 0;

    /// <summary>Whether layers that are done may shrink: their tokens are then kept in ranked order, so that shrinking is a truncation.</summary>
    public bool Cascades => LayerBudget is { Facts.RevisesEarlierLayers: true };

    /// <summary>Whether a budget that falls after its layer is done is divided among the heads again.</summary>
    public bool DividesAgain => Cascades && HeadRole is not null;

    /// <summary>Whether a page's tokens stand in order of their rank, best first: what shrinks then is cut, and what is pooled by rank finds it.</summary>
    public bool KeepsRanked => Cascades || PoolsByRank;

    /// <summary>Whether a layer budget may let layers hold more while decoding, or less, than it gives them of the prompt.</summary>
    public bool HasCapacities => Selection.EvictsWhileDecoding && LayerBudget is not null && HeadRole is null;

    public static PrefillPlan Of(PipelineSpec spec, StageSpec selection, PoolingOrder order) => new()
    {
        Selection = selection,
        LayerBudget = spec[StageSlot.LayerBudget],
        HeadRole = spec[StageSlot.HeadRole],
        Propagations = spec.Stages.Where(static stage => stage is { Slot: StageSlot.Propagation, Facts.TwoPass: false }).ToEquatableArray(),
        Restart = spec.Stages.FirstOrDefault(static stage => stage.Facts.TwoPass),
        NeedsProfile = selection.Facts.Lossy && spec.Stages.Any(static stage => (stage.Facts.Needs & StageProducts.HeadProfile) != 0),
        PoolsByRank = order == PoolingOrder.Physical,
    };
}
