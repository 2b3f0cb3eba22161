namespace KvCompose.DeviceTests.Emitted;

// The head dimensions cover one, two and four parts of a value tile, idle lanes, and two columns a lane; the groups one block
// of query heads, several, and a last one that is not full.
[KvPipeline(HeadDim = 32, GroupSize = 2)]
[FullCache]
internal sealed partial class Full32;

[KvPipeline(HeadDim = 128, GroupSize = 4)]
[FullCache]
internal sealed partial class Full128;

[KvPipeline]
[KernelShape(32, 2)]
[KernelShape(48, 3)]
[FullCache]
internal sealed partial class FullOfListedShapes;

[KvPipeline]
[FullCache]
internal sealed partial class FullOfNoListedShape;

[KvPipeline(HeadDim = 48, GroupSize = 1, PageTokens = 16)]
[FullCache]
internal sealed partial class Full48;

[KvPipeline(HeadDim = 144, GroupSize = 5, PageTokens = 48)]
[FullCache]
internal sealed partial class Full144;

[KvPipeline(HeadDim = 64, GroupSize = 4)]
[UniformBudget(Tokens = 40)]
[StreamingLlm(Sinks = 4)]
internal sealed partial class Streaming64;

[KvPipeline(HeadDim = 32, GroupSize = 1, PageTokens = 16)]
[UniformBudget(Tokens = 24)]
[StreamingLlm(Sinks = 0)]
internal sealed partial class Streaming32;

[KvPipeline(HeadDim = 64, GroupSize = 2)]
[UniformBudget(Tokens = 40)]
[SnapKv(Window = 8, Kernel = 7)]
internal sealed partial class Snap64;

[KvPipeline(HeadDim = 16, GroupSize = 3, PageTokens = 16)]
[UniformBudget(Tokens = 30)]
[SnapKv(Window = 17, Kernel = 5, Pooling = PoolingKind.Max, Reduction = GroupReduction.Max)]
internal sealed partial class Snap16;

[KvPipeline(HeadDim = 32, GroupSize = 2, PageTokens = 16)]
[CakeBudget(Tokens = 24, Tau1 = 1.6, Tau2 = 0.6)]
[CakeIndicator(Window = 8)]
internal sealed partial class Cake32;

[KvPipeline(HeadDim = 32, GroupSize = 2, PageTokens = 16)]
[CakeBudget(Tokens = 24)]
[CakeIndicator(Window = 8, DecodePooling = PoolingOrder.Physical)]
internal sealed partial class CakeByRank32;

[KvPipeline(HeadDim = 32, GroupSize = 2, PageTokens = 16)]
[UniformBudget(Tokens = 20)]
[TokenSelection<EveryStatistic>]
internal sealed partial class OwnStage32;

[KvPipeline(HeadDim = 128, GroupSize = 1, PageTokens = 32)]
[UniformBudget(Tokens = 20)]
[TokenSelection<KeyNorms>]
internal sealed partial class OwnStage128;

[KvPipeline(HeadDim = 32, GroupSize = 2, PageTokens = 16)]
[UniformBudget(Tokens = 40)]
[H2o(Window = 8)]
internal sealed partial class HeavyHitters32;

[KvPipeline(HeadDim = 48, GroupSize = 3, PageTokens = 16)]
[UniformBudget(Tokens = 40)]
[H2o(Window = 8, Reduction = GroupReduction.Mean, Evict = false)]
internal sealed partial class HeavyHittersOfThePrompt48;

[KvPipeline(HeadDim = 32, GroupSize = 2, PageTokens = 16)]
[UniformBudget(Tokens = 40)]
[TokenSelection<Fading>]
internal sealed partial class Fading32;

[KvPipeline(HeadDim = 32, GroupSize = 2, PageTokens = 16)]
[UniformBudget(Tokens = 40)]
[TokenSelection<Hoarding>]
internal sealed partial class Hoarding32;

[KvPipeline(HeadDim = 32, GroupSize = 2, PageTokens = 16)]
[TokenSelectivePropagation(Layer = 1, Rate = 0.3)]
[UniformBudget(Ratio = 0.2)]
[SnapKv(Window = 8, Kernel = 7, Pooling = PoolingKind.Max, Reduction = GroupReduction.Sum)]
internal sealed partial class FastKv32;

[KvPipeline(HeadDim = 32, GroupSize = 2, PageTokens = 16)]
[GemFilter(Layer = 2, Tokens = 40)]
[FullCache]
internal sealed partial class Gems32;

// Sinks and window of the selection are those of the new prompt, not of the choice that makes it.
[KvPipeline(HeadDim = 48, GroupSize = 3)]
[GemFilter(Layer = 2, Tokens = 40, Pooling = PoolingKind.Max, Kernel = 7)]
[UniformBudget(Tokens = 30)]
[SnapKv(Window = 8)]
internal sealed partial class GemsOfSnap48;

[KvPipeline(HeadDim = 144, GroupSize = 1)]
[GemFilter(Layer = 2, Tokens = 40, Pooling = PoolingKind.None)]
[FullCache]
internal sealed partial class Gems144;

[KvPipeline(HeadDim = 32, GroupSize = 2, PageTokens = 16)]
[HeteroHeads]
[LastQuery]
[HostOffload]
internal sealed partial class Monitored32;

[KvPipeline(HeadDim = 32, GroupSize = 2, PageTokens = 16)]
[HeteroHeads]
[LastQuery]
[HostOffload]
[IceCache(Heads = HeadRoles.Full)]
internal sealed partial class MonitoredBesidePages32;

[KvPipeline(HeadDim = 32, GroupSize = 2, PageTokens = 16)]
[CakeBudget(Tokens = 24, Tau1 = 1.6, Tau2 = 0.6)]
[CakeIndicator(Window = 8, EvictDuringDecode = false)]
[IceCache]
internal sealed partial class CakeIntoPages32;

// Sinks and window stay whatever they are given.
[KvPipeline(HeadDim = 48, GroupSize = 3, PageTokens = 16)]
[HeteroHeads]
[SnapKv(Window = 8, Kernel = 7, Pooling = PoolingKind.Max, Reduction = GroupReduction.Sum)]
[HostOffload]
internal sealed partial class MonitoredMaxima48;

[KvPipeline(HeadDim = 32, GroupSize = 2, PageTokens = 16)]
[UniformBudget(Tokens = 40)]
[StreamingLlm(Sinks = 2, Evict = true)]
internal sealed partial class Rolling32;
