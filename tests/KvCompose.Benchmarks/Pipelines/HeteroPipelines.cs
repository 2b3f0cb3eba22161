namespace KvCompose.Benchmarks.Pipelines;

#pragma warning disable KVC2041, KVC2043 // Nothing comes back: steps are timed without monitor, and without anything fetched.
[KvPipeline(HeadDim = 128, GroupSize = 4, PageTokens = 64)]
[HeteroHeads]
[LastQuery]
public sealed partial class HeteroStatic128;

/// <summary>Watches and never asks: what the monitor costs.</summary>
[KvPipeline(HeadDim = 128, GroupSize = 4, PageTokens = 64)]
[HeteroHeads]
[LastQuery]
[HostOffload(DriftThreshold = 0)]
public sealed partial class HeteroWatching128;
#pragma warning restore KVC2041, KVC2043

[KvPipeline(HeadDim = 128, GroupSize = 4, PageTokens = 64)]
[HeteroHeads]
[LastQuery]
[HostOffload(Visibility = RetrievalVisibility.WhenReady)]
public sealed partial class Hetero128;
