namespace KvCompose.IntegrationTests.Pipelines;

[KvPipeline(HeadDim = 32, GroupSize = 2)]
[UniformBudget(Tokens = 40)]
[KeyNorm(Sinks = 4, Window = 8, Evict = true)]
internal sealed partial class ShortKeyReader;

[KvPipeline(HeadDim = 32, GroupSize = 2)]
[UniformBudget(Tokens = 40)]
[KeyDiff(Sinks = 4, Window = 8)]
internal sealed partial class RareKeyReader;

[KvPipeline(HeadDim = 32, GroupSize = 2)]
[UniformBudget(Tokens = 40)]
[LagKv(Lag = 16)]
internal sealed partial class LagReader;

[KvPipeline(HeadDim = 32, GroupSize = 2)]
[UniformBudget(Tokens = 40)]
[Tova]
internal sealed partial class TovaReader;

[KvPipeline(HeadDim = 32, GroupSize = 2)]
[UniformBudget(Tokens = 40)]
[ObservedAttention]
internal sealed partial class ObservedReader;

[KvPipeline(HeadDim = 32, GroupSize = 2)]
[UniformBudget(Tokens = 40)]
[ExpectedAttention(FutureTokens = 64)]
internal sealed partial class ExpectingReader;

[KvPipeline(HeadDim = 32, GroupSize = 2)]
[UniformBudget(Tokens = 40)]
[Compactor(Chunk = 24)]
internal sealed partial class CompactReader;

[KvPipeline(HeadDim = 32, GroupSize = 2)]
[UniformBudget(Tokens = 40)]
[DropKv(Window = 8)]
internal sealed partial class DropReader;

[KvPipeline(HeadDim = 32, GroupSize = 2)]
[UniformBudget(Tokens = 40)]
[CriticalKv(Window = 8)]
internal sealed partial class CriticalReader;
