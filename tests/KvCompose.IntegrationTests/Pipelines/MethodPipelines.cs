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
