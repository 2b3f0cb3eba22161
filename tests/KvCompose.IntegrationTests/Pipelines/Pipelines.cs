namespace KvCompose.IntegrationTests.Pipelines;

[KvPipeline(HeadDim = 32, GroupSize = 2)]
[FullCache]
internal sealed partial class Everything;

[KvPipeline(HeadDim = 32, GroupSize = 2)]
[UniformBudget(Tokens = 64)]
[StreamingLlm(Sinks = 4)]
internal sealed partial class SinksAndRecent;

[KvPipeline(HeadDim = 32, GroupSize = 2)]
[UniformBudget(Tokens = 64)]
[SnapKv(Window = 8, Kernel = 7)]
internal sealed partial class WindowAverage;

[KvPipeline(HeadDim = 16, GroupSize = 1, PageTokens = 16)]
[UniformBudget(Ratio = 0.3)]
[SnapKv(Window = 17, Kernel = 5, Pooling = PoolingKind.Max, Reduction = GroupReduction.Max)]
internal sealed partial class WindowMaximum;
