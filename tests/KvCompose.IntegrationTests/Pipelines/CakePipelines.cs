namespace KvCompose.IntegrationTests.Pipelines;

[KvPipeline(HeadDim = 32, GroupSize = 2, PageTokens = 16)]
[CakeBudget(Tokens = 40, Tau1 = 1.6, Tau2 = 0.6)]
[CakeIndicator(Window = 8)]
internal sealed partial class CakePrefill;

[KvPipeline(HeadDim = 16, GroupSize = 3, PageTokens = 48)]
[CakeBudget(Tokens = 30)]
[CakeIndicator(Window = 3, Kernel = 1)]
internal sealed partial class CakeNarrow;

[KvPipeline(HeadDim = 32, GroupSize = 2, PageTokens = 16)]
[CakeBudget(Tokens = 40, Tau1 = 1.6, Tau2 = 0.6)]
[CakeIndicator(Window = 8, DecodePooling = PoolingOrder.Physical)]
internal sealed partial class CakeByRank;

[KvPipeline(HeadDim = 32, GroupSize = 2, PageTokens = 16)]
[CakeBudget(Tokens = 40, Tau1 = 1.6, Tau2 = 0.6)]
[CakeIndicator(Window = 8, DecodePooling = PoolingOrder.None)]
internal sealed partial class CakeUnpooled;

[KvPipeline(HeadDim = 32, GroupSize = 2, PageTokens = 16)]
[CakeBudget(Tokens = 40)]
[CakeIndicator(Window = 8, EvictDuringDecode = false)]
internal sealed partial class CakeOfThePrompt;
