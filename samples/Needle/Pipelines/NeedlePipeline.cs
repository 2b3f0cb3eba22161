using KvCompose.Models;

namespace KvCompose.Samples.Needle;

/// <summary>A pipeline that takes part in the comparison.</summary>
/// <param name="Name">What it is called on the command line and in the table.</param>
/// <param name="Open">Opens a session in which a key-value head may keep so many tokens of a prompt, on average.</param>
/// <param name="KeepsEverything">Whether the budget means nothing to it.</param>
/// <param name="IsVariation">Whether it is made of published methods, or is one of them in another form.</param>
internal sealed record NeedlePipeline(
    string Name, Func<LanguageModel, NeedleBudget, KvSession> Open, bool KeepsEverything = false, bool IsVariation = false)
{
    /// <summary>Stands for <see cref="All"/> on the command line.</summary>
    public const string Everything = "all";

    /// <summary>What runs unless the command line names pipelines: one of each kind, and one that loses.</summary>
    public static NeedlePipeline[] Default
        => [.. ((string[])["FullCache", "StreamingLlm", "SnapKv", "Cake", "FastKv", "Int4", "Ice", "Hetero"]).Select(name => Find(name)!)];

    /// <summary>The full cache first.</summary>
    public static readonly NeedlePipeline[] All =
    [
        new("FullCache", static (model, _) => FullCachePipeline.Open(model), KeepsEverything: true),
        new("StreamingLlm", static (model, budget) => StreamingLlmPipeline.Open(model, new() { LayerBudget = budget.Uniform })),
        new("SnapKv", static (model, budget) => SnapKvPipeline.Open(model, new() { LayerBudget = budget.Uniform })),
        new("PyramidKv", static (model, budget) => PyramidKvPipeline.Open(model, new() { LayerBudget = new() { Tokens = budget.Tokens, Beta = 20 } })),
        new("AdaKv", static (model, budget) => AdaKvPipeline.Open(model, new() { LayerBudget = budget.Uniform })),
        new("HeadKv", static (model, budget) => HeadKvPipeline.Open(model, new() { LayerBudget = budget.Uniform })),
        new("Cake", static (model, budget) => CakePipeline.Open(model, new() { LayerBudget = new() { Tokens = budget.Tokens } })),
        new("Ice", static (model, budget) => IcePipeline.Open(
            model, new() { LayerBudget = new() { Tokens = budget.Resident }, Residency = new() { Tokens = budget.Retrieved, MeasureRecall = budget.MeasureRecall } })),
        new("OmniKv", static (model, budget) => OmniKvPipeline.Open(model, new() { LayerBudget = budget.Uniform })),
        new("IceReuse", static (model, budget) => IceReusePipeline.Open(
            model, new() { LayerBudget = new() { Tokens = budget.Resident }, Residency = new() { Tokens = budget.Retrieved, MeasureRecall = budget.MeasureRecall } }), IsVariation: true),
        new("FastKv", static (model, budget) => FastKvPipeline.Open(model, new() { LayerBudget = budget.Uniform })),
        new("Int4", static (model, _) => Int4Pipeline.Open(model), KeepsEverything: true),
        new("ThinK", static (model, _) => ThinKPipeline.Open(model), KeepsEverything: true),
        new("FastKvInt4", static (model, budget) => FastKvInt4Pipeline.Open(model, new() { LayerBudget = budget.Uniform }), IsVariation: true),
        new("H2o", static (model, budget) => H2oPipeline.Open(model, new() { LayerBudget = budget.Uniform })),
        new("GemFilter", static (model, budget) => GemFilterPipeline.Open(model, new() { Propagation = new() { Layer = 2, Tokens = budget.Tokens } })),
        new("Hetero", static (model, budget) => HeteroPipeline.Open(
            model, new() { Profile = EmbeddedModel.Profile, HeadRole = new() { Ratio = budget.RatioWithFullHeads(EmbeddedModel.Profile) } })),
        new("HeteroVolatile", static (model, budget) => HeteroVolatilePipeline.Open(
            model, new() { Profile = EmbeddedModel.VolatileProfile, HeadRole = new() { Ratio = budget.RatioWithFullHeads(EmbeddedModel.VolatileProfile) } }), IsVariation: true),
        new("HeteroIce", static (model, budget) => HeteroIcePipeline.Open(model, new()
        {
            Profile = EmbeddedModel.VolatileProfile,
            HeadRole = new() { Ratio = budget.RatioWithFullHeads(EmbeddedModel.VolatileProfile) },
            Residency2 = new() { Tokens = budget.Retrieved, DenseLayers = 0, Heads = HeadRoles.Full, MeasureRecall = budget.MeasureRecall },
        }), IsVariation: true),
        new("CakeFastKv", static (model, budget) => CakeFastKvPipeline.Open(model, new() { LayerBudget = new() { Tokens = budget.Tokens } }), IsVariation: true),
        new("CakeDisk", static (model, budget) => CakeDiskPipeline.Open(model, new()
        {
            LayerBudget = new() { Tokens = budget.Resident },
            Residency = new() { Tokens = budget.Retrieved, HostMebibytes = 4, DiskMebibytes = 4096, MeasureRecall = budget.MeasureRecall },
        }), IsVariation: true),
        .. SecondRow.All,
    ];

    /// <summary>The pipeline of a name, in any case, or null.</summary>
    public static NeedlePipeline? Find(string name)
        => Array.Find(All, pipeline => pipeline.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
}
