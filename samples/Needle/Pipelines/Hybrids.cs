namespace KvCompose.Samples.Needle;

/// <summary>CAKE's budgets of the layers, FastKV's selection, and after the layer that <c>calibrate</c> found a fifth of the prompt.</summary>
[KvPipeline]
[TokenSelectivePropagation(Layer = 2, Rate = 0.2)]
[CakeBudget]
[SnapKv(Window = 8, Kernel = 7, Pooling = PoolingKind.Max, Reduction = GroupReduction.Sum)]
internal sealed partial class CakeFastKvPipeline;

/// <summary>As FastKv, in 4 bits an element.</summary>
[KvPipeline]
[TokenSelectivePropagation(Layer = 2, Rate = 0.2)]
[UniformBudget(Ratio = 0.1)]
[SnapKv(Window = 8, Kernel = 7, Pooling = PoolingKind.Max, Reduction = GroupReduction.Sum)]
[Int4Storage]
internal sealed partial class FastKvInt4Pipeline;

/// <summary>Layers share what is resident as CAKE divides it; what they lose goes into pages, of which most are on disk, and comes back.</summary>
[KvPipeline(PageTokens = 16)]
[CakeBudget]
[CakeIndicator(Window = EmbeddedModel.Window, EvictDuringDecode = false)]
[IceCache(DenseLayers = 0, HostMebibytes = 4, DiskMebibytes = 4096)]
internal sealed partial class CakeDiskPipeline;

/// <summary>As Hetero, but heads that change their mind keep no more than others do, and fetch pages at every step.</summary>
[KvPipeline(PageTokens = 16)]
[HeteroHeads]
[LastQuery]
[HostOffload(Window = 1)]
[IceCache(DenseLayers = 0, Heads = HeadRoles.Full)]
internal sealed partial class HeteroIcePipeline;

/// <summary>Hetero in pages of the hybrid's size, on the profile with volatile heads: the parent that <see cref="HeteroIcePipeline"/> is compared with.</summary>
[KvPipeline(PageTokens = 16)]
[HeteroHeads]
[LastQuery]
[HostOffload(Window = 1)]
internal sealed partial class HeteroVolatilePipeline;
