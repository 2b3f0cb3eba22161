namespace KvCompose.Samples.Needle;

/// <summary>A pipeline that takes part in the comparison.</summary>
/// <param name="Name">What it is called on the command line and in the table.</param>
/// <param name="Open">Opens a session in which a key-value head may keep so many tokens of a prompt, on average.</param>
/// <param name="KeepsEverything">Whether the budget means nothing to it.</param>
/// <param name="IsVariation">Whether it is made of published methods, or is one of them in another form.</param>
internal sealed record NeedlePipeline(
    string Name, Func<NeedleModel, NeedleBudget, KvSession> Open, bool KeepsEverything = false, bool IsVariation = false)
{
    /// <summary>The file of <see cref="NeedleProfiles"/> that the pipeline needs, or null.</summary>
    public string? Needs { get; init; }

    /// <summary>Stands for <see cref="All"/> on the command line.</summary>
    public const string Everything = "all";

    /// <summary>What runs unless the command line names pipelines: one of each kind, and one that loses.</summary>
    public static NeedlePipeline[] Default
        => [.. ((string[])["FullCache", "StreamingLlm", "SnapKv", "Cake", "FastKv", "Int4", "Ice", "Hetero"]).Select(name => Find(name)!)];

    /// <summary>The full cache first.</summary>
    public static readonly NeedlePipeline[] All =
    [
        new("FullCache", static (model, _) => FullCachePipeline.Open(model.Language), KeepsEverything: true),
        new("StreamingLlm", static (model, budget) => StreamingLlmPipeline.Open(model.Language, new() { LayerBudget = budget.Uniform })),
        new("SnapKv", static (model, budget) => SnapKvPipeline.Open(model.Language, new() { LayerBudget = budget.Uniform })),
        new("PyramidKv", static (model, budget) => PyramidKvPipeline.Open(model.Language, new() { LayerBudget = new() { Tokens = budget.Tokens, Beta = 20 } })),
        new("AdaKv", static (model, budget) => AdaKvPipeline.Open(model.Language, new() { LayerBudget = budget.Uniform })),
        new("HeadKv", static (model, budget) => HeadKvPipeline.Open(
            model.Language, new() { LayerBudget = budget.Uniform, HeadScores = model.Profiles.Scores })) { Needs = NeedleProfiles.Retrieval },
        new("Cake", static (model, budget) => CakePipeline.Open(model.Language, new() { LayerBudget = new() { Tokens = budget.Tokens } })),
        new("Ice", static (model, budget) => IcePipeline.Open(
            model.Language, new() { LayerBudget = new() { Tokens = budget.Resident }, Residency = new() { Tokens = budget.Retrieved, MeasureRecall = budget.MeasureRecall } })),
        new("OmniKv", static (model, budget) => OmniKvPipeline.Open(model.Language, new() { LayerBudget = budget.Uniform })),
        new("IceReuse", static (model, budget) => IceReusePipeline.Open(
            model.Language, new() { LayerBudget = new() { Tokens = budget.Resident }, Residency = new() { Tokens = budget.Retrieved, MeasureRecall = budget.MeasureRecall } }), IsVariation: true),
        new("FastKv", static (model, budget) => FastKvPipeline.Open(
            model.Language, new() { LayerBudget = budget.Uniform, Propagation = Cut(model) })) { Needs = NeedleProfiles.Propagation },
        new("Int4", static (model, _) => Int4Pipeline.Open(model.Language), KeepsEverything: true),
        new("ThinK", static (model, _) => ThinKPipeline.Open(model.Language), KeepsEverything: true),
        new("FastKvInt4", static (model, budget) => FastKvInt4Pipeline.Open(
            model.Language, new() { LayerBudget = budget.Uniform, Propagation = Cut(model) }), IsVariation: true) { Needs = NeedleProfiles.Propagation },
        new("H2o", static (model, budget) => H2oPipeline.Open(model.Language, new() { LayerBudget = budget.Uniform })),
        new("GemFilter", static (model, budget) => GemFilterPipeline.Open(model.Language, new() { Propagation = new() { Layer = 2, Tokens = budget.Tokens } })),
        new("Hetero", static (model, budget) => HeteroPipeline.Open(model.Language, Roles(model.Profiles.Roles, budget))) { Needs = NeedleProfiles.HeadRoles },
        new("HeteroVolatile", static (model, budget) =>
        {
            HeadProfile roles = model.Profiles.RolesWithVolatile;
            return HeteroVolatilePipeline.Open(model.Language, new() { Profile = roles, HeadRole = new() { Ratio = budget.RatioWithFullHeads(roles) } });
        }, IsVariation: true) { Needs = NeedleProfiles.VolatileRoles },
        new("HeteroIce", static (model, budget) =>
        {
            HeadProfile roles = model.Profiles.RolesWithVolatile;
            return HeteroIcePipeline.Open(model.Language, new()
            {
                Profile = roles,
                HeadRole = new() { Ratio = budget.RatioWithFullHeads(roles) },
                Residency2 = new() { Tokens = budget.Retrieved, DenseLayers = 0, Heads = HeadRoles.Full, MeasureRecall = budget.MeasureRecall },
            });
        }, IsVariation: true) { Needs = NeedleProfiles.VolatileRoles },
        new("CakeFastKv", static (model, budget) => CakeFastKvPipeline.Open(
            model.Language, new() { LayerBudget = new() { Tokens = budget.Tokens }, Propagation = Cut(model) }), IsVariation: true) { Needs = NeedleProfiles.Propagation },
        new("CakeDisk", static (model, budget) => CakeDiskPipeline.Open(model.Language, new()
        {
            LayerBudget = new() { Tokens = budget.Resident },
            Residency = new() { Tokens = budget.Retrieved, HostMebibytes = 4, DiskMebibytes = 4096, MeasureRecall = budget.MeasureRecall },
        }), IsVariation: true),
    ];

    /// <summary>The pipeline of a name, in any case, or null.</summary>
    public static NeedlePipeline? Find(string name)
        => Array.Find(All, pipeline => pipeline.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    private static TokenSelectivePropagation Cut(NeedleModel model) => new() { Layer = model.Profiles.Layer, Rate = 0.2 };

    private static HeteroPipeline.Options Roles(HeadProfile roles, NeedleBudget budget)
        => new() { Profile = roles, HeadRole = new() { Ratio = budget.RatioWithFullHeads(roles) } };
}
