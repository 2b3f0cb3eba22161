namespace KvCompose.IntegrationTests.Pipelines;

[KvPipeline(HeadDim = 32, GroupSize = 2)]
[UniformBudget(Tokens = 48)]
[HeadKvHeads(Profile = "heads.json")]
[SnapKv(Window = 8, Kernel = 7)]
internal sealed partial class HeadTable;

[KvPipeline(HeadDim = 32, GroupSize = 2)]
[DuoAttentionHeads(Profile = "heads.json", Sparsity = 0.5, Recent = 20)]
[StreamingLlm(Sinks = 4)]
internal sealed partial class DuoReader;

[KvPipeline(HeadDim = 32, GroupSize = 2, PageTokens = 16)]
[DuoAttentionHeads(Profile = "heads.json", Sparsity = 0.5, Recent = 20)]
[StreamingLlm(Sinks = 4, Evict = true)]
internal sealed partial class DuoRolling;

[KvPipeline(HeadDim = 32, GroupSize = 2, PageTokens = 16)]
[UniformBudget(Tokens = 37)]
[StreamingLlm(Sinks = 3, Evict = true)]
internal sealed partial class RollingWindow;

[KvPipeline(HeadDim = 32, GroupSize = 2)]
[GemFilter(Layer = 1, Tokens = 60)]
[FullCache]
internal sealed partial class GemFilterPrompt;

[KvPipeline(HeadDim = 32, GroupSize = 2)]
[GemFilter(Layer = 0, Rate = 0.5, Kernel = 3, Pooling = PoolingKind.Max)]
[UniformBudget(Tokens = 40)]
[SnapKv(Window = 8, Kernel = 7)]
internal sealed partial class GemFilterThenSnap;

[KvPipeline(HeadDim = 32, GroupSize = 2, PageTokens = 16)]
[UniformBudget(Tokens = 40)]
[H2o(Window = 8, Evict = false)]
internal sealed partial class HeavyHittersOfThePrompt;

[KvPipeline(HeadDim = 32, GroupSize = 2, PageTokens = 16)]
[UniformBudget(Tokens = 40)]
[H2o(Window = 8)]
internal sealed partial class HeavyHitters;

[KvPipeline(HeadDim = 32, GroupSize = 2)]
[TokenSelectivePropagation(Profile = "layer.json", Rate = 0.4)]
[UniformBudget(Ratio = 0.2)]
[SnapKv(Window = 8, Kernel = 7)]
internal sealed partial class CalibratedLayer;
