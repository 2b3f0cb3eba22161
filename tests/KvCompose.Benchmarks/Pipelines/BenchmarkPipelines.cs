namespace KvCompose.Benchmarks.Pipelines;

[KvPipeline(HeadDim = 64, GroupSize = 4, PageTokens = 64)]
[FullCache]
public sealed partial class Full64;

[KvPipeline(HeadDim = 128, GroupSize = 4, PageTokens = 64)]
[FullCache]
public sealed partial class Full128;

[KvPipeline(HeadDim = 64, GroupSize = 4, PageTokens = 64)]
[UniformBudget(Tokens = 1024)]
[SnapKv]
public sealed partial class Snap64;

[KvPipeline(HeadDim = 64, GroupSize = 4, PageTokens = 64)]
[UniformBudget(Tokens = 1024)]
[StreamingLlm]
public sealed partial class Streaming64;
