namespace KvCompose.Benchmarks.Pipelines;

// The embedded model has six layers: after layer 2 a fifth of the prompt goes on.
[KvPipeline(HeadDim = 32, GroupSize = 2, PageTokens = 64)]
[TokenSelectivePropagation(Layer = 2, Rate = 0.2)]
[UniformBudget(Ratio = 0.1)]
[SnapKv(Window = 8, Kernel = 7, Pooling = PoolingKind.Max, Reduction = GroupReduction.Sum)]
public sealed partial class Fast32;
