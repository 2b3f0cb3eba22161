namespace KvCompose.IntegrationTests.Saved;

[KvPipeline(HeadDim = 32, GroupSize = 2, PageTokens = 16)]
[CakeBudget(Tokens = 40)]
[CakeIndicator(Window = 8)]
internal sealed partial class EvictingPipeline;

[KvPipeline(HeadDim = 32, GroupSize = 2, PageTokens = 16)]
[UniformBudget(Tokens = 48)]
[AdaKvHeads]
[SnapKv(Window = 8, Kernel = 7)]
[Fp16Storage]
internal sealed partial class RaggedPipeline;

[KvPipeline(HeadDim = 32, GroupSize = 2, PageTokens = 32)]
[UniformBudget(Tokens = 48)]
[SnapKv(Window = 8)]
[Int4Storage]
internal sealed partial class NibblePipeline;

[KvPipeline(HeadDim = 32, GroupSize = 2, PageTokens = 16)]
[UniformBudget(Tokens = 40)]
[H2o(Window = 8)]
internal sealed partial class CollectingPipeline;

[KvPipeline(HeadDim = 32, GroupSize = 2, PageTokens = 16, SharesPrefixes = true)]
[UniformBudget(Tokens = 64)]
[StreamingLlm(Sinks = 4)]
internal sealed partial class ManualPipeline;

[KvPipeline(HeadDim = 32, GroupSize = 2, PageTokens = 16, SharesPrefixes = true)]
[UniformBudget(Tokens = 40)]
[StreamingLlm(Sinks = 8)]
[IceCache(Tokens = 64, Window = 16, DenseLayers = 1)]
internal sealed partial class PagedManual;

[KvPipeline(HeadDim = 32, GroupSize = 2, PageTokens = 32)]
[UniformBudget(Tokens = 48)]
[SnapKv(Window = 8)]
[ThinKStorage]
internal sealed partial class ThinPipeline;
