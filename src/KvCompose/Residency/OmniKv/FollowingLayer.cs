using KvCompose.Residency.HostCopies;

namespace KvCompose.Residency.OmniKv;

/// <summary>A layer of one sequence that attends to what a filter layer chose.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Gather">Its heads with a host copy, and how they get tokens.</param>
internal sealed record FollowingLayer(int Layer, HostGather Gather);
