namespace KvCompose.IntegrationTests.Pipelines;

/// <summary>What the published code computes, at the settings that most decode vectors have.</summary>
[KvPipeline(HeadDim = 16, GroupSize = 2, PageTokens = 16)]
[HeteroHeads(Defects = PublishedDefects.ReferenceExact)]
[LastQuery]
[HostOffload(Defects = PublishedDefects.ReferenceExact)]
internal sealed partial class HeteroExact;

/// <summary>The same, refreshed before the step's attention.</summary>
[KvPipeline(HeadDim = 16, GroupSize = 2, PageTokens = 16)]
[HeteroHeads(Defects = PublishedDefects.ReferenceExact)]
[LastQuery]
[HostOffload(Defects = PublishedDefects.ReferenceExact, Visibility = RetrievalVisibility.SameToken)]
internal sealed partial class HeteroExactSameToken;

/// <summary>At the threshold of the vector of defect B.</summary>
[KvPipeline(HeadDim = 16, GroupSize = 2, PageTokens = 16)]
[HeteroHeads(Defects = PublishedDefects.ReferenceExact)]
[LastQuery]
[HostOffload(DriftThreshold = 0.55, Defects = PublishedDefects.ReferenceExact)]
internal sealed partial class HeteroExactTruncation;

/// <summary>What the method means, at the same settings.</summary>
[KvPipeline(HeadDim = 16, GroupSize = 2, PageTokens = 16)]
[HeteroHeads]
[LastQuery]
[HostOffload]
internal sealed partial class HeteroIntended;

/// <summary>As <see cref="HeteroIntended"/>, at the threshold of the vector of defect B.</summary>
[KvPipeline(HeadDim = 16, GroupSize = 2, PageTokens = 16)]
[HeteroHeads]
[LastQuery]
[HostOffload(DriftThreshold = 0.55)]
internal sealed partial class HeteroIntendedTruncation;
