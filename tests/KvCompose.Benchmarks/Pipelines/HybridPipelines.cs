namespace KvCompose.Benchmarks.Pipelines;

// A hybrid of four methods, and each of them alone: the same budget, page and selection.
[KvPipeline(HeadDim = 64, GroupSize = 4, PageTokens = 64)]
[TokenSelectivePropagation(Layer = 1, Rate = 0.5)]
[CakeBudget(Tokens = 1024)]
[AdaKvHeads]
[SnapKv]
[Fp16Storage]
public sealed partial class Hybrid64;

[KvPipeline(HeadDim = 64, GroupSize = 4, PageTokens = 64)]
[TokenSelectivePropagation(Layer = 1, Rate = 0.5)]
[UniformBudget(Tokens = 1024)]
[SnapKv]
public sealed partial class Propagating64;

[KvPipeline(HeadDim = 64, GroupSize = 4, PageTokens = 64)]
[CakeBudget(Tokens = 1024)]
[SnapKv]
public sealed partial class Cake64;

[KvPipeline(HeadDim = 64, GroupSize = 4, PageTokens = 64)]
[UniformBudget(Tokens = 1024)]
[AdaKvHeads]
[SnapKv]
public sealed partial class AdaKv64;

[KvPipeline(HeadDim = 64, GroupSize = 4, PageTokens = 64)]
[UniformBudget(Tokens = 1024)]
[SnapKv]
[Fp16Storage]
public sealed partial class HalfSnap64;

// Two residencies in one pipeline, each for heads of its own, and the two alone.
[KvPipeline(HeadDim = 64, GroupSize = 4, PageTokens = 16)]
[HeteroHeads]
[LastQuery]
[HostOffload]
[IceCache(DenseLayers = 0, Heads = HeadRoles.Full)]
public sealed partial class HeteroIce64;

[KvPipeline(HeadDim = 64, GroupSize = 4, PageTokens = 16)]
[HeteroHeads]
[LastQuery]
[HostOffload]
public sealed partial class Hetero64;

[KvPipeline(HeadDim = 64, GroupSize = 4, PageTokens = 16)]
[UniformBudget(Ratio = 0.25)]
[LastQuery]
[IceCache(DenseLayers = 0)]
public sealed partial class Ice64;
