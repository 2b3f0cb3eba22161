namespace KvCompose.Samples.Needle;

/// <summary>Every token stays.</summary>
[KvPipeline(HeadDim = EmbeddedModel.HeadDim, GroupSize = EmbeddedModel.GroupSize)]
[FullCache]
internal sealed partial class FullCachePipeline;

/// <summary>The first tokens and the latest ones stay.</summary>
[KvPipeline(HeadDim = EmbeddedModel.HeadDim, GroupSize = EmbeddedModel.GroupSize)]
[UniformBudget]
[StreamingLlm(Sinks = 4)]
internal sealed partial class StreamingLlmPipeline;

/// <summary>Tokens stay that the end of the prompt attends to.</summary>
[KvPipeline(HeadDim = EmbeddedModel.HeadDim, GroupSize = EmbeddedModel.GroupSize)]
[UniformBudget]
[SnapKv(Window = EmbeddedModel.Window, Kernel = 7)]
internal sealed partial class SnapKvPipeline;

/// <summary>As SnapKv, but early layers keep more than late ones.</summary>
[KvPipeline(HeadDim = EmbeddedModel.HeadDim, GroupSize = EmbeddedModel.GroupSize)]
[PyramidBudget]
[SnapKv(Window = EmbeddedModel.Window, Kernel = 7)]
internal sealed partial class PyramidKvPipeline;

/// <summary>As SnapKv, but the heads of a layer share its budget.</summary>
[KvPipeline(HeadDim = EmbeddedModel.HeadDim, GroupSize = EmbeddedModel.GroupSize)]
[UniformBudget]
[AdaKvHeads]
[SnapKv(Window = EmbeddedModel.Window, Kernel = 7)]
internal sealed partial class AdaKvPipeline;

/// <summary>Layers get what their attention asks for, while the prompt is still being processed, and hold it while decoding.</summary>
[KvPipeline(HeadDim = EmbeddedModel.HeadDim, GroupSize = EmbeddedModel.GroupSize)]
[CakeBudget]
[CakeIndicator(Window = EmbeddedModel.Window)]
internal sealed partial class CakePipeline;

/// <summary>The deeper half of the layers computes only a fifth of the prompt.</summary>
[KvPipeline(HeadDim = EmbeddedModel.HeadDim, GroupSize = EmbeddedModel.GroupSize)]
[TokenSelectivePropagation(Layer = 2, Rate = 0.2)]
[UniformBudget]
[SnapKv(Window = 8, Kernel = 7, Pooling = PoolingKind.Max, Reduction = GroupReduction.Sum)]
internal sealed partial class FastKvPipeline;

/// <summary>
/// Heads that change their mind keep every token; of those that attend alike, one does and tells the others what to fetch from host memory.
/// The window is one step: this model's questions are over before the published five.
/// </summary>
[KvPipeline(HeadDim = EmbeddedModel.HeadDim, GroupSize = EmbeddedModel.GroupSize)]
[HeteroHeads]
[LastQuery]
[HostOffload(Window = 1)]
internal sealed partial class HeteroPipeline;

/// <summary>First and latest tokens stay; every step brings in, from the host, the pages of similar keys that it attends to most.</summary>
[KvPipeline(HeadDim = EmbeddedModel.HeadDim, GroupSize = EmbeddedModel.GroupSize, PageTokens = 16)]
[UniformBudget]
[StreamingLlm(Sinks = EmbeddedModel.Window)]
[IceCache(DenseLayers = 0)]
internal sealed partial class IcePipeline;
