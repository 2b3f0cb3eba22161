namespace KvCompose.IntegrationTests.Pipelines;

[KvPipeline(HeadDim = 32, GroupSize = 2)]
[PyramidBudget(Tokens = 60)]
[SnapKv(Window = 8, Kernel = 7)]
internal sealed partial class Pyramid;

[KvPipeline(HeadDim = 32, GroupSize = 2)]
[UniformBudget(Tokens = 48)]
[AdaKvHeads]
[SnapKv(Window = 8, Kernel = 7)]
internal sealed partial class Adaptive;

[KvPipeline(HeadDim = 32, GroupSize = 2, PageTokens = 16)]
[CakeBudget(Tokens = 40, Tau1 = 1.6, Tau2 = 0.6)]
[CakeIndicator(Window = 8)]
internal sealed partial class CakePrefill;
