using KvCompose.Models;

namespace KvCompose.Serving;

/// <summary>A pipeline that requests may name.</summary>
/// <param name="Name">Its name in requests.</param>
/// <param name="Description">What it keeps, in a few words.</param>
/// <param name="Open">
/// Opens a session with the limits that it is given, for instance
/// <c>(model, limits) => Reader.Open(model, new() { Sequences = limits.Sequences, MaxCacheBytes = limits.MaxCacheBytes })</c>.
/// </param>
public sealed record ServedPipeline(string Name, string Description, Func<LanguageModel, SessionLimits, KvSession> Open);

/// <summary>What a session is to be opened with.</summary>
/// <param name="Sequences">Its sequences.</param>
/// <param name="MaxCacheBytes">The hard limit of its pages, in bytes.</param>
public sealed record SessionLimits(int Sequences, long MaxCacheBytes);
