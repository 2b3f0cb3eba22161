namespace KvCompose.IntegrationTests.Pipelines;

#pragma warning disable KVC2041 // Nothing comes back: what the prompt leaves is compared.
[KvPipeline(HeadDim = 32, GroupSize = 2, PageTokens = 16)]
[HeteroHeads(Ratio = 0.5)]
[LastQuery]
internal sealed partial class HeteroStatic;
#pragma warning restore KVC2041

[KvPipeline(HeadDim = 32, GroupSize = 2, PageTokens = 16)]
[HeteroHeads(Ratio = 0.5)]
[LastQuery]
[HostOffload(Window = 3, DriftThreshold = 0.5)]
internal sealed partial class HeteroNextToken;

[KvPipeline(HeadDim = 32, GroupSize = 2, PageTokens = 16)]
[HeteroHeads(Ratio = 0.5)]
[LastQuery]
[HostOffload(Window = 2, DriftThreshold = 0.6, Visibility = RetrievalVisibility.SameToken)]
internal sealed partial class HeteroSameToken;

[KvPipeline(HeadDim = 32, GroupSize = 2, PageTokens = 16)]
[HeteroHeads(Ratio = 0.5)]
[LastQuery]
[HostOffload(Window = 1, DriftThreshold = 0.9, Visibility = RetrievalVisibility.WhenReady)]
internal sealed partial class HeteroWhenReady;

[KvPipeline(HeadDim = 32, GroupSize = 2, PageTokens = 16)]
[HeteroHeads(Ratio = 0.5)]
[LastQuery(Kernel = 7, Pooling = PoolingKind.Max)]
[HostOffload(Window = 1, DriftThreshold = 0.7)]
internal sealed partial class HeteroMaxima;

/// <summary>As <see cref="HeteroNextToken"/>, with the profile of a file.</summary>
[KvPipeline(HeadDim = 32, GroupSize = 2, PageTokens = 16)]
[HeteroHeads(Ratio = 0.5, Profile = "roles.json")]
[LastQuery]
[HostOffload(Window = 3, DriftThreshold = 0.5)]
internal sealed partial class HeteroDeclared;

/// <summary>Satellites get tokens from their copy when their pivot drifts; volatile heads get pages at every step.</summary>
[KvPipeline(HeadDim = 32, GroupSize = 2, PageTokens = 16)]
[HeteroHeads(Ratio = 0.6)]
[LastQuery]
[HostOffload(Window = 3, DriftThreshold = 0.5)]
[IceCache(Tokens = 32, Window = 16, DenseLayers = 0, Heads = HeadRoles.Full)]
internal sealed partial class HeteroIceReader;

/// <summary>As <see cref="HeteroIceReader"/> the other way round: the declaration's order is no choice of methods.</summary>
[KvPipeline(HeadDim = 32, GroupSize = 2, PageTokens = 16)]
[IceCache(Tokens = 32, Window = 16, DenseLayers = 0, Heads = HeadRoles.Full)]
[HostOffload(Window = 2, DriftThreshold = 0.6, Visibility = RetrievalVisibility.SameToken)]
[LastQuery]
[HeteroHeads(Ratio = 0.6)]
internal sealed partial class IceHeteroReader;
