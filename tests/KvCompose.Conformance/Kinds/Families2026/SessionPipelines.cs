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
