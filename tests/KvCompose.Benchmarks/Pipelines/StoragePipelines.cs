namespace KvCompose.Benchmarks.Pipelines;

[KvPipeline(HeadDim = 64, GroupSize = 4, PageTokens = 64)]
[FullCache]
[Fp16Storage]
public sealed partial class Half64;

[KvPipeline(HeadDim = 64, GroupSize = 4, PageTokens = 64)]
[FullCache]
[Int8Storage]
public sealed partial class Bytes64;

[KvPipeline(HeadDim = 64, GroupSize = 4, PageTokens = 64)]
[FullCache]
[Int4Storage]
public sealed partial class Nibbles64;

[KvPipeline(HeadDim = 64, GroupSize = 4, PageTokens = 64)]
[FullCache]
[ThinKStorage]
public sealed partial class Thin64;
