namespace KvCompose.Serving.Tests.Support;

/// <summary>Every token, exactly.</summary>
[KvPipeline]
[FullCache]
internal sealed partial class Full;

/// <summary>Every token in bytes: full pages are rewritten.</summary>
[KvPipeline]
[FullCache]
[Int8Storage]
internal sealed partial class Bytes;

/// <summary>Chooses by what the end of the prompt attends to.</summary>
[KvPipeline]
[UniformBudget(Ratio = 0.25)]
[AdaKvHeads]
[SnapKv(Window = 8, Kernel = 7)]
internal sealed partial class Snap;

/// <summary>Chooses by position, evicts while decoding, and is declared to share prefixes.</summary>
[KvPipeline(SharesPrefixes = true)]
[UniformBudget(Tokens = 64)]
[StreamingLlm(Sinks = 4, Evict = true)]
internal sealed partial class Streaming;

/// <summary>Evicts by attention while decoding.</summary>
[KvPipeline]
[UniformBudget(Tokens = 64)]
[H2o(Window = 16)]
internal sealed partial class Hitters;

/// <summary>Pages that come and go.</summary>
[KvPipeline(PageTokens = 16)]
[UniformBudget(Tokens = 32)]
[StreamingLlm(Sinks = 16)]
[Quest(Tokens = 64, DenseLayers = 1)]
internal sealed partial class Paged;
