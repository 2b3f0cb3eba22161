namespace KvCompose.DeviceTests.Emitted;

[KvPipeline(HeadDim = 32, GroupSize = 2, PageTokens = 16)]
[UniformBudget(Tokens = 40)]
[StreamingLlm(Sinks = 8)]
[IceCache]
internal sealed partial class ByMass32;

[KvPipeline(HeadDim = 144, GroupSize = 5, PageTokens = 16)]
[UniformBudget(Tokens = 40)]
[StreamingLlm(Sinks = 8)]
[IceCache(Ranking = PageRanking.ExactMax)]
internal sealed partial class ByBestKey144;

[KvPipeline(HeadDim = 48, GroupSize = 3, PageTokens = 16)]
[UniformBudget(Tokens = 40)]
[StreamingLlm(Sinks = 8)]
[IceCache(Ranking = PageRanking.Centroid)]
internal sealed partial class ByMean48;

[KvPipeline(HeadDim = 64, GroupSize = 4, PageTokens = 16)]
[UniformBudget(Tokens = 40)]
[StreamingLlm(Sinks = 8)]
[Quest]
internal sealed partial class ByQuest64;

[KvPipeline(HeadDim = 32, GroupSize = 1, PageTokens = 16)]
[UniformBudget(Tokens = 40)]
[StreamingLlm(Sinks = 8)]
[ArkVale]
internal sealed partial class ByArkVale32;
