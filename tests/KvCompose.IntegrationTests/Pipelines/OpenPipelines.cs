namespace KvCompose.IntegrationTests.Pipelines;

[KvPipeline]
[FullCache]
internal sealed partial class AnyHeads;

[KvPipeline(PageTokens = 16)]
[UniformBudget(Tokens = 40)]
[H2o(Window = 8)]
[Fp16Storage]
internal sealed partial class AnyHitters;

[KvPipeline(HeadDim = 80, GroupSize = 3, PageTokens = 16)]
[UniformBudget(Tokens = 40)]
[H2o(Window = 8)]
[Fp16Storage]
internal sealed partial class StatedHitters;

[KvPipeline]
[TokenSelectivePropagation(Layer = 1, Tokens = 60)]
[UniformBudget(Tokens = 40)]
[AdaKvHeads]
[SnapKv(Window = 8, Kernel = 7)]
[Int4Storage]
internal sealed partial class AnyNibbles;

[KvPipeline(HeadDim = 80, GroupSize = 3)]
[TokenSelectivePropagation(Layer = 1, Tokens = 60)]
[UniformBudget(Tokens = 40)]
[AdaKvHeads]
[SnapKv(Window = 8, Kernel = 7)]
[Int4Storage]
internal sealed partial class StatedNibbles;

[KvPipeline(PageTokens = 16)]
[UniformBudget(Tokens = 40)]
[SnapKv(Window = 8)]
[IceCache(Tokens = 64, Window = 16, DenseLayers = 0)]
internal sealed partial class AnyPages;

[KvPipeline(HeadDim = 80, GroupSize = 3, PageTokens = 16)]
[UniformBudget(Tokens = 40)]
[SnapKv(Window = 8)]
[IceCache(Tokens = 64, Window = 16, DenseLayers = 0)]
internal sealed partial class StatedPages;

[KvPipeline(PageTokens = 16)]
[FullCache]
[Int8Storage]
internal sealed partial class AnyBytes;

[KvPipeline(PageTokens = 16)]
[FullCache]
[ThinKStorage(Ratio = 0.3, Rows = 8)]
internal sealed partial class AnyThin;

[KvPipeline(HeadDim = 80, GroupSize = 3, PageTokens = 16)]
[FullCache]
[ThinKStorage(Ratio = 0.3, Rows = 8)]
internal sealed partial class StatedThin;

/// <summary>A page of a head takes 16 · (2 · 4 d + 4) bytes with d in whole vectors: 2112 for heads of 8, 4160 of 32, 6208 of 40.</summary>
[KvPipeline(PageTokens = 16)]
[MaxCacheBytes(8 * 4160, PromptTokens = 17)]
[FullCache]
internal sealed partial class AnyHeadsLimited;

[KvPipeline(PageTokens = 16)]
[UniformBudget(Kibibytes = 10)]
[SnapKv(Window = 8)]
internal sealed partial class AnyHeadsInKibibytes;
