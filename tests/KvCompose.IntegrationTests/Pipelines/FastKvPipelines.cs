namespace KvCompose.IntegrationTests.Pipelines;

[KvPipeline(HeadDim = 32, GroupSize = 2)]
[TokenSelectivePropagation(Layer = 1, Rate = 0.4)]
[UniformBudget(Ratio = 0.2)]
[SnapKv(Window = 8, Kernel = 7, Pooling = PoolingKind.Average, Reduction = GroupReduction.Sum)]
internal sealed partial class FastKvRates;

[KvPipeline(HeadDim = 32, GroupSize = 2)]
[TokenSelectivePropagation(Layer = 0, Tokens = 90)]
[UniformBudget(Tokens = 40)]
[SnapKv(Window = 8, Kernel = 7, Pooling = PoolingKind.Max, Reduction = GroupReduction.Sum)]
internal sealed partial class FastKvConstants;

[KvPipeline(HeadDim = 32, GroupSize = 2)]
[TokenSelectivePropagation(Layer = 0, Rate = 0.7)]
[TokenSelectivePropagation(Layer = 2, Rate = 0.5)]
[UniformBudget(Ratio = 0.3)]
[SnapKv(Window = 8, Kernel = 7, Pooling = PoolingKind.Average, Reduction = GroupReduction.Sum)]
internal sealed partial class FastKvCascade;

/// <summary>Whatever a selection may observe beside the sum, and a budget that takes from layers that are done.</summary>
[KvPipeline(HeadDim = 32, GroupSize = 2)]
[TokenSelectivePropagation(Layer = 1, Rate = 0.5)]
[CakeBudget(Tokens = 40)]
[CakeIndicator(Window = 8, EvictDuringDecode = false)]
internal sealed partial class CakeWithPropagation;

/// <summary>A propagation whose scores come from the keys alone, with sinks that must go on.</summary>
[KvPipeline(HeadDim = 48, GroupSize = 3, PageTokens = 16)]
[TokenSelectivePropagation(Layer = 0, Tokens = 60)]
[UniformBudget(Tokens = 40)]
[ShortKeys(First = 2, Last = 5)]
internal sealed partial class KeyNormPropagation;
