using KvCompose.Shared.Specs;

namespace KvCompose.Generators.Planning;

/// <summary>Everything that was decided about a pipeline, part by part. The emitters turn it into text.</summary>
internal sealed record PipelinePlan
{
    public required PipelineSpec Spec { get; init; }

    /// <summary>What a page holds and where.</summary>
    public required PagePlan Pages { get; init; }

    /// <summary>What is observed of a prompt.</summary>
    public required ObservationPlan Observation { get; init; }

    /// <summary>What is decided over the tokens of a prompt.</summary>
    public required PrefillPlan Prefill { get; init; }

    /// <summary>How a decode step attends and evicts.</summary>
    public required DecodePlan Decode { get; init; }

    /// <summary>Where tokens live that are left out.</summary>
    public required ResidencyPlan Residency { get; init; }

    /// <summary>How the kernels are blocked; null where the storage is not one that kernels read.</summary>
    public required KernelPlan? Kernels { get; init; }

    /// <summary>Whether a session takes d and G from its model. <see cref="HeadDim"/> and <see cref="GroupSize"/> are then the largest ones.</summary>
    public bool Open => Spec.Open;

    public int HeadDim => Spec.HeadDim;

    /// <summary>Whether the heads of the stated shape are no whole vectors, so that zeros stand behind them in the cache.</summary>
    public bool Pads => !Open && Spec.ModelHeadDim != Spec.HeadDim;

    public int GroupSize => Spec.GroupSize;

    /// <summary>Tells the kernels of a listed shape from those of others, such as 128x4; empty where the declaration states the shape.</summary>
    public string ListedShape { get; init; } = "";

    /// <summary>Why sequences cannot slide when they reach the model's context; null if they can: what leaves is decided by positions alone.</summary>
    public string? WhyNotSliding => this switch
    {
        { Decode.Evicts: false } => "heads keep what they are given while decoding",
        { Decode.KeepsWeights: true } or { Observation.Collects: true } => "heads keep old tokens that were attended to, wherever they stand",
        { Prefill.HeadRole.Facts.WholePrompt: true } => "some heads keep every token",
        { Prefill.Restart: not null } => "a prompt that was filtered has other positions than its tokens",
        _ => null,
    };

    /// <summary>Whether kernels can read the pages and compute what the selection asks for.</summary>
    public bool KernelReadable => Pages.KernelReadable && !Prefill.Selection.NeedsHost;

    /// <summary>Whether kernels choose and gather tokens.</summary>
    public bool ChoosesOnDevice => Kernels is not null && Prefill.Selects;

    /// <summary>Whether kernels rank host pages, choose among them and copy them: pages of one key tile, kept as the resident ones are.</summary>
    public bool RanksPagesOnDevice
        => Kernels is not null && Pages.Layout.HasPerPageCounts && Pages.Layout.PageTokens == KernelPlan.TileTokens && Residency.KeepsPagesAlike;
}
