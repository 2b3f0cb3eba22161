namespace KvCompose.IntegrationTests.Pipelines;

[KvPipeline(HeadDim = 32, GroupSize = 2, PageTokens = 16)]
[UniformBudget(Tokens = 40)]
[StreamingLlm(Sinks = 8)]
[IceCache(Tokens = 64, Window = 16, DenseLayers = 1)]
internal sealed partial class IceReader;

[KvPipeline(HeadDim = 32, GroupSize = 2, PageTokens = 16)]
[UniformBudget(Tokens = 40)]
[SnapKv(Window = 8)]
[Fp16Storage]
[IceCache(Tokens = 64, Window = 16, DenseLayers = 0, Formation = PageFormation.Contiguous, Ranking = PageRanking.Centroid, HostPages = HostPageFormat.Fp16)]
internal sealed partial class HalfIceReader;

[KvPipeline(HeadDim = 32, GroupSize = 2, PageTokens = 16)]
[UniformBudget(Tokens = 40)]
[StreamingLlm(Sinks = 8)]
[IceCache(Tokens = 64, Window = 16, DenseLayers = 0, HostPages = HostPageFormat.Int8)]
internal sealed partial class ByteIceReader;

[KvPipeline(HeadDim = 32, GroupSize = 2, PageTokens = 16)]
[UniformBudget(Tokens = 40)]
[StreamingLlm(Sinks = 8)]
[Quest(Tokens = 64, Window = 16, DenseLayers = 0)]
internal sealed partial class QuestReader;

[KvPipeline(HeadDim = 32, GroupSize = 2, PageTokens = 16)]
[UniformBudget(Tokens = 40)]
[StreamingLlm(Sinks = 8)]
[ArkVale(Tokens = 64, Window = 16, DenseLayers = 0)]
internal sealed partial class ArkValeReader;

[KvPipeline(HeadDim = 32, GroupSize = 2, PageTokens = 16)]
[UniformBudget(Tokens = 40)]
[StreamingLlm(Sinks = 8)]
[IceCache(Tokens = 64, Window = 16, DenseLayers = 1, ReuseGroup = 3)]
internal sealed partial class ReusingReader;

[KvPipeline(HeadDim = 32, GroupSize = 2, PageTokens = 16)]
[UniformBudget(Tokens = 40)]
[StreamingLlm(Sinks = 8)]
[IceCache(Tokens = 64, Window = 16, DenseLayers = 1, ReuseGroup = 3, Prefetch = true)]
internal sealed partial class PrefetchingReader;

[KvPipeline(HeadDim = 32, GroupSize = 2, PageTokens = 16)]
[UniformBudget(Tokens = 40)]
[StreamingLlm(Sinks = 8)]
[Fp16Storage]
[IceCache(Tokens = 64, Window = 16, DenseLayers = 1, ReuseGroup = 3, Prefetch = true, HostPages = HostPageFormat.Int8)]
internal sealed partial class PrefetchingByteReader;

[KvPipeline(HeadDim = 32, GroupSize = 2, PageTokens = 16)]
[UniformBudget(Tokens = 40)]
[StreamingLlm(Sinks = 8)]
[Quest(Tokens = 64, Window = 16, DenseLayers = 0, ReuseGroup = 2, Prefetch = true)]
internal sealed partial class ReusingQuestReader;

/// <summary>Layers share a budget, and what they lose to it comes back.</summary>
[KvPipeline(HeadDim = 32, GroupSize = 2, PageTokens = 16)]
[CakeBudget(Tokens = 40)]
[CakeIndicator(Window = 8, EvictDuringDecode = false)]
[IceCache(Tokens = 64, Window = 16, DenseLayers = 0)]
internal sealed partial class CakeIceReader;

[KvPipeline(HeadDim = 32, GroupSize = 2, PageTokens = 16)]
[CakeBudget(Tokens = 40)]
[AdaKvHeads]
[SnapKv(Window = 8)]
[Fp16Storage]
[Quest(Tokens = 64, Window = 16, DenseLayers = 1)]
internal sealed partial class CakeQuestReader;
