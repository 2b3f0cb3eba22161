namespace KvCompose.IntegrationTests.Pipelines;

[KvPipeline(Model = "small-config.json", PageTokens = 16)]
[UniformBudget(Tokens = 40)]
[SnapKv(Window = 8)]
internal sealed partial class OfTheSmallModel;

[KvPipeline(Model = "small-config.json", PageTokens = 16)]
[UniformBudget(Tokens = 40)]
[AdaKvHeads]
[SnapKv(Window = 8)]
internal sealed partial class RaggedOfTheSmallModel;

[KvPipeline(Model = "small-config.json", PageTokens = 16)]
[MaxCacheBytes(100 * 1024)]
[UniformBudget(Kibibytes = 100)]
[SnapKv(Window = 8)]
internal sealed partial class HundredKibibytes;
