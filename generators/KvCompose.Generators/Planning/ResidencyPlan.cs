using KvCompose.Retrieval;
using KvCompose.Shared;
using KvCompose.Shared.Specs;

namespace KvCompose.Generators.Planning;

/// <summary>Where tokens live that are left out, and how they come back.</summary>
internal sealed record ResidencyPlan
{
    /// <summary>What places tokens that are left out, in the order of declaration; nothing where every token is kept.</summary>
    public required EquatableArray<StageSpec> Stages { get; init; }

    /// <summary>Whether what layers lose that are done goes to a tier, too.</summary>
    public required bool TakesCuts { get; init; }

    /// <summary>Those of the stages from which tokens come back.</summary>
    public IEnumerable<StageSpec> Tiers => Stages.Where(static stage => stage.Tier is not null);

    /// <summary>Whether tokens that were left out may come back.</summary>
    public bool Retrieves => Tiers.Any();

    /// <summary>Whether heads that would keep every token leave some to a residency.</summary>
    public bool ServesFullHeads => Stages.Any(static stage => (stage.Serves & HeadRoles.Full) != 0);

    /// <summary>Whether a tier is told what the selection scored.</summary>
    public bool NeedsTierScores => Tiers.Any(static tier => (tier.Facts.Needs & StageProducts.TokenScores) != 0);

    /// <summary>Whether tokens that a step asks for take part in the same step.</summary>
    public bool ReturnsInSameToken => Tiers.Any(static tier => tier.Number(OptionRole.Visibility, 0) == (int)RetrievalVisibility.SameToken);

    /// <summary>Whether host pages are kept as the resident ones are.</summary>
    public bool KeepsPagesAlike => PageTier is { } tier && tier.Number(OptionRole.HostPages, 0) == 0;

    /// <summary>How host pages are ranked, where they are.</summary>
    public PageRanking PageRanking => (PageRanking)PageTier!.Number(OptionRole.PageRanking, (int)PageTier.Facts.PageRanking);

    /// <summary>What brings whole pages in; null where nothing does.</summary>
    private StageSpec? PageTier => Tiers.FirstOrDefault(static tier => tier.Option(OptionRole.Retrieved) is not null);

    public static ResidencyPlan Of(PipelineSpec spec, bool selects, bool cascades)
    {
        EquatableArray<StageSpec> stages = spec.Stages.Where(stage => selects && stage.Slot == StageSlot.Residency).ToEquatableArray();
        return new ResidencyPlan { Stages = stages, TakesCuts = cascades && stages.Any(static stage => stage is { Tier: not null, TakesCuts: true }) };
    }
}
