namespace KvCompose.Samples.Needle;

/// <summary>Every token stays.</summary>
[KvPipeline]
[FullCache]
internal sealed partial class FullCachePipeline;

/// <summary>The first tokens and the latest ones stay.</summary>
[KvPipeline]
[UniformBudget]
[StreamingLlm(Sinks = 4)]
internal sealed partial class StreamingLlmPipeline;

/// <summary>Tokens stay that the end of the prompt attends to.</summary>
[KvPipeline]
[UniformBudget]
[SnapKv(Window = EmbeddedModel.Window, Kernel = 7)]
internal sealed partial class SnapKvPipeline;

/// <summary>As SnapKv, but early layers keep more than late ones.</summary>
[KvPipeline]
[PyramidBudget]
[SnapKv(Window = EmbeddedModel.Window, Kernel = 7)]
internal sealed partial class PyramidKvPipeline;

/// <summary>As SnapKv, but the heads of a layer share its budget.</summary>
[KvPipeline]
[UniformBudget]
[AdaKvHeads]
[SnapKv(Window = EmbeddedModel.Window, Kernel = 7)]
internal sealed partial class AdaKvPipeline;

/// <summary>As SnapKv, but the heads that <c>retrieval</c> found to fetch answers share most of the budget.</summary>
[KvPipeline]
[UniformBudget]
[HeadKvHeads(Profile = "needle/retrieval.json")]
[SnapKv(Window = EmbeddedModel.Window, Kernel = 7)]
internal sealed partial class HeadKvPipeline;

/// <summary>Layers get what their attention asks for, while the prompt is still being processed, and hold it while decoding.</summary>
[KvPipeline]
[CakeBudget]
[CakeIndicator(Window = EmbeddedModel.Window)]
internal sealed partial class CakePipeline;

/// <summary>After the layer that <c>calibrate</c> found, only a fifth of the prompt is computed.</summary>
[KvPipeline]
[TokenSelectivePropagation(Layer = 2, Rate = 0.2)]
[UniformBudget(Ratio = 0.1)]
[SnapKv(Window = 8, Kernel = 7, Pooling = PoolingKind.Max, Reduction = GroupReduction.Sum)]
internal sealed partial class FastKvPipeline;

/// <summary>Every token stays, in 4 bits an element.</summary>
[KvPipeline]
[FullCache]
[Int4Storage]
internal sealed partial class Int4Pipeline;

/// <summary>Every token stays; keys lack the channels that the prompt's last queries ask for least.</summary>
[KvPipeline]
[FullCache]
[ThinKStorage]
internal sealed partial class ThinKPipeline;

/// <summary>Tokens stay that all queries so far attended to most, and the latest ones; the cache stays within its budget while decoding.</summary>
[KvPipeline]
[UniformBudget]
[H2o(Window = EmbeddedModel.Window)]
internal sealed partial class H2oPipeline;

/// <summary>The last query of the third layer picks tokens; the model reads those alone.</summary>
[KvPipeline]
[GemFilter(Layer = 2)]
[FullCache]
internal sealed partial class GemFilterPipeline;

/// <summary>
/// Heads that change their mind keep every token; of those that attend alike, one does and tells the others what to fetch from host memory.
/// The window is one step: this model's questions are over before the published five.
/// </summary>
[KvPipeline]
[HeteroHeads]
[LastQuery]
[HostOffload(Window = 1)]
internal sealed partial class HeteroPipeline;

/// <summary>The first three layers hold every token; at every step the third chooses what later layers fetch from host memory.</summary>
[KvPipeline]
[UniformBudget]
[LastQuery]
[OmniKv(Filters = new[] { 2 }, WaitLayers = 0)]
internal sealed partial class OmniKvPipeline;

/// <summary>First and latest tokens stay; every step brings in, from the host, the pages of similar keys that it attends to most.</summary>
[KvPipeline(PageTokens = 16)]
[UniformBudget]
[StreamingLlm(Sinks = EmbeddedModel.Window)]
[IceCache(DenseLayers = 0)]
internal sealed partial class IcePipeline;

/// <summary>As Ice, but every second layer uses the pages and the choice of the one before, and has what it misses fetched while that one computes.</summary>
[KvPipeline(PageTokens = 16)]
[UniformBudget]
[StreamingLlm(Sinks = EmbeddedModel.Window)]
[IceCache(DenseLayers = 0, ReuseGroup = 2, Prefetch = true)]
internal sealed partial class IceReusePipeline;
