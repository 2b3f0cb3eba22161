namespace KvCompose.IntegrationTests.Families2026;

[KvPipeline]
[FullCache]
internal sealed partial class HybridWhole;

[KvPipeline]
[UniformBudget(Ratio = 0.5)]
[SnapKv(Window = 4, Kernel = 3)]
[Fp16Storage]
internal sealed partial class HybridHalf;

[KvPipeline]
[UniformBudget(Tokens = 24)]
[H2o(Window = 4)]
internal sealed partial class HybridHitters;

[KvPipeline]
[TokenSelectivePropagation(Layer = 0, Tokens = 40)]
[UniformBudget(Tokens = 24)]
[SnapKv(Window = 4, Kernel = 3)]
internal sealed partial class HybridFast;

[KvPipeline]
[GemFilter(Layer = 0, Tokens = 40)]
[FullCache]
internal sealed partial class HybridGem;

[KvPipeline(PageTokens = 16)]
[UniformBudget(Tokens = 24)]
[SnapKv(Window = 8)]
[IceCache(Tokens = 32, Window = 16, DenseLayers = 0)]
internal sealed partial class HybridPages;
