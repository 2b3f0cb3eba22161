namespace KvCompose.Tool;

/// <summary>Every token stays.</summary>
[KvPipeline]
[FullCache]
[Fp16Storage]
internal sealed partial class Full;

/// <summary>Every token stays, in 8 bits an element.</summary>
[KvPipeline]
[FullCache]
[Int8Storage]
internal sealed partial class Int8;

/// <summary>An eighth of the prompt stays, the tokens that its end attends to.</summary>
[KvPipeline]
[UniformBudget(Ratio = 0.125)]
[SnapKv(Window = 32, Kernel = 7)]
[Fp16Storage]
internal sealed partial class Snap;

/// <summary>As Snap, but the heads of a layer share its budget.</summary>
[KvPipeline]
[UniformBudget(Ratio = 0.125)]
[AdaKvHeads]
[SnapKv(Window = 32, Kernel = 7)]
[Fp16Storage]
internal sealed partial class Ada;

/// <summary>Layers get what their attention asks for, 512 tokens a head on average.</summary>
[KvPipeline]
[CakeBudget(Tokens = 512)]
[CakeIndicator(Window = 32)]
[Fp16Storage]
internal sealed partial class Cake;

/// <summary>The first tokens and the latest thousand stay, and prompts may begin with one that was processed.</summary>
[KvPipeline(SharesPrefixes = true)]
[UniformBudget(Tokens = 1024)]
[StreamingLlm(Sinks = 4, Evict = true)]
[Fp16Storage]
internal sealed partial class Streaming;

/// <summary>The tokens stay that all queries so far attended to most, and the latest ones, a thousand in all.</summary>
[KvPipeline]
[UniformBudget(Tokens = 1024)]
[H2o(Window = 128)]
[Fp16Storage]
internal sealed partial class HeavyHitters;

/// <summary>Every token stays on the host; a step attends to the pages that its query asks for, 1024 tokens.</summary>
[KvPipeline(PageTokens = 16)]
[UniformBudget(Tokens = 64)]
[StreamingLlm(Sinks = 16)]
[Quest(Tokens = 1024, DenseLayers = 2)]
[Fp16Storage]
internal sealed partial class Paged;
