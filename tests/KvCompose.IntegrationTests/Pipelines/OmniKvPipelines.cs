namespace KvCompose.IntegrationTests.Pipelines;

// Layers 2, 4 and 5 follow: one that waits after the first filter layer, none after the second.
[KvPipeline(HeadDim = 32, GroupSize = 2, PageTokens = 16)]
[UniformBudget(Tokens = 40)]
[LastQuery]
[OmniKv(Filters = new[] { 0, 3 }, WaitLayers = 1)]
internal sealed partial class OmniLast;

[KvPipeline(HeadDim = 32, GroupSize = 2, PageTokens = 16)]
[UniformBudget(Tokens = 40)]
[LastQuery]
[OmniKv(Profile = "Profiles/filters.json", WaitLayers = 1)]
internal sealed partial class OmniProfiled;

[KvPipeline(HeadDim = 32, GroupSize = 2, PageTokens = 16)]
[UniformBudget(Ratio = 0.3)]
[LastQuery(Rows = 15)]
[OmniKv(Filters = new[] { 1 }, WaitLayers = 0, Selector = FilterSelector.Uniform, Window = 6)]
internal sealed partial class OmniUniform;

// The selection's own window stays too; it observes fewer queries than the filter layer looks at.
[KvPipeline(HeadDim = 32, GroupSize = 2, PageTokens = 16)]
[UniformBudget(Tokens = 50)]
[SnapKv(Window = 3)]
[OmniKv(Filters = new[] { 0, 2 }, WaitLayers = 0, Selector = FilterSelector.Exponential, Window = 5)]
internal sealed partial class OmniExponential;

// More queries of the prompt in the window than there are places.
[KvPipeline(HeadDim = 32, GroupSize = 2, PageTokens = 16)]
[UniformBudget(Tokens = 12)]
[LastQuery]
[OmniKv(Filters = new[] { 0 }, WaitLayers = 0, Selector = FilterSelector.Uniform, Window = 20)]
internal sealed partial class OmniCramped;
