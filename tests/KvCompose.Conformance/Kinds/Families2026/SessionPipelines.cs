namespace KvCompose.Conformance.Kinds.Families2026;

/// <summary>Every token.</summary>
[KvPipeline]
[FullCache]
internal sealed partial class WholeCache;

/// <summary>Other tokens in every head.</summary>
[KvPipeline]
[UniformBudget(Ratio = 0.5)]
[SnapKv(Window = 4, Kernel = 3)]
internal sealed partial class HalfCache;

/// <summary>Other tokens, and other numbers of them, in every head.</summary>
[KvPipeline]
[UniformBudget(Ratio = 0.4)]
[AdaKvHeads]
[SnapKv(Window = 4, Kernel = 3)]
internal sealed partial class UnevenCache;

/// <summary>Fewer tokens in later layers.</summary>
[KvPipeline]
[PyramidBudget(Tokens = 16)]
[SnapKv(Window = 4, Kernel = 3)]
internal sealed partial class PyramidCache;

/// <summary>Budgets by what layers look at, and tokens that leave while decoding.</summary>
[KvPipeline]
[CakeBudget(Tokens = 16)]
[CakeIndicator(Window = 4, Kernel = 3)]
internal sealed partial class CakeCache;

/// <summary>Tokens that leave while decoding, by the attention that they have had.</summary>
[KvPipeline]
[UniformBudget(Tokens = 16)]
[H2o(Window = 4)]
internal sealed partial class HitterCache;

/// <summary>The first tokens and the newest.</summary>
[KvPipeline]
[UniformBudget(Tokens = 16)]
[StreamingLlm(Sinks = 2)]
internal sealed partial class StreamCache;
