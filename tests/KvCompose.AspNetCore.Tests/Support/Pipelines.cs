namespace KvCompose.AspNetCore.Tests.Support;

/// <summary>Every token.</summary>
[KvPipeline]
[FullCache]
internal sealed partial class Full;

/// <summary>A quarter.</summary>
[KvPipeline]
[UniformBudget(Ratio = 0.25)]
[SnapKv(Window = 8, Kernel = 7)]
internal sealed partial class Snap;
