namespace KvCompose.Benchmarks.Pipelines;

// The shape of the embedded model.
[KvPipeline(HeadDim = 32, GroupSize = 2, PageTokens = 64)]
[FullCache]
public sealed partial class Full32;

[KvPipeline(HeadDim = 32, GroupSize = 2, PageTokens = 64)]
[UniformBudget(Tokens = 1024)]
[StreamingLlm]
public sealed partial class Streaming32;

[KvPipeline(HeadDim = 32, GroupSize = 2, PageTokens = 64)]
[CakeBudget(Tokens = 1024)]
[CakeIndicator]
public sealed partial class Cake32;
