namespace KvCompose.Residency.HeteroCache;

/// <summary>What a <see cref="HeteroCacheTier"/> does.</summary>
/// <param name="Window">W, decode steps of a monitor window.</param>
/// <param name="DriftThreshold">τ: drift is a median overlap below it.</param>
/// <param name="Visibility">The step at which fetched tokens take part in attention.</param>
/// <param name="LimitBytes">Bytes of host memory that may be held; 0 sets no limit.</param>
/// <param name="Defects">Defects of the published code to reproduce.</param>
internal sealed record HeteroCacheSettings(
    int Window, double DriftThreshold, RetrievalVisibility Visibility, long LimitBytes, PublishedDefects Defects);
