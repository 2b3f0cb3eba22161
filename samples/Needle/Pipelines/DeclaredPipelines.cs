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
[SnapKv(Window = 16, Kernel = 7)]
internal sealed partial class SnapKvPipeline;
