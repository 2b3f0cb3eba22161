namespace KvCompose.Benchmarks.Pipelines;

/// <summary>Runs every shape that the others state.</summary>
[KvPipeline(PageTokens = 64)]
[FullCache]
public sealed partial class FullOfAnyShape;

[KvPipeline(HeadDim = 64, GroupSize = 1, PageTokens = 64)]
[FullCache]
public sealed partial class Full64x1;

[KvPipeline(HeadDim = 64, GroupSize = 2, PageTokens = 64)]
[FullCache]
public sealed partial class Full64x2;

[KvPipeline(HeadDim = 64, GroupSize = 3, PageTokens = 64)]
[FullCache]
public sealed partial class Full64x3;

[KvPipeline(HeadDim = 64, GroupSize = 4, PageTokens = 64)]
[FullCache]
public sealed partial class Full64x4;

[KvPipeline(HeadDim = 64, GroupSize = 7, PageTokens = 64)]
[FullCache]
public sealed partial class Full64x7;

[KvPipeline(HeadDim = 64, GroupSize = 8, PageTokens = 64)]
[FullCache]
public sealed partial class Full64x8;

[KvPipeline(HeadDim = 128, GroupSize = 1, PageTokens = 64)]
[FullCache]
public sealed partial class Full128x1;

[KvPipeline(HeadDim = 128, GroupSize = 2, PageTokens = 64)]
[FullCache]
public sealed partial class Full128x2;

[KvPipeline(HeadDim = 128, GroupSize = 3, PageTokens = 64)]
[FullCache]
public sealed partial class Full128x3;

[KvPipeline(HeadDim = 128, GroupSize = 4, PageTokens = 64)]
[FullCache]
public sealed partial class Full128x4;

[KvPipeline(HeadDim = 128, GroupSize = 7, PageTokens = 64)]
[FullCache]
public sealed partial class Full128x7;

[KvPipeline(HeadDim = 128, GroupSize = 8, PageTokens = 64)]
[FullCache]
public sealed partial class Full128x8;

[KvPipeline(HeadDim = 256, GroupSize = 1, PageTokens = 64)]
[FullCache]
public sealed partial class Full256x1;

[KvPipeline(HeadDim = 256, GroupSize = 2, PageTokens = 64)]
[FullCache]
public sealed partial class Full256x2;

[KvPipeline(HeadDim = 256, GroupSize = 3, PageTokens = 64)]
[FullCache]
public sealed partial class Full256x3;

[KvPipeline(HeadDim = 256, GroupSize = 4, PageTokens = 64)]
[FullCache]
public sealed partial class Full256x4;

[KvPipeline(HeadDim = 256, GroupSize = 7, PageTokens = 64)]
[FullCache]
public sealed partial class Full256x7;

[KvPipeline(HeadDim = 256, GroupSize = 8, PageTokens = 64)]
[FullCache]
public sealed partial class Full256x8;
