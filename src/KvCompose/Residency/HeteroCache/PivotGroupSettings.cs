using KvCompose.Memory;

namespace KvCompose.Residency.HeteroCache;

/// <summary>What all pivot groups of a tier have in common.</summary>
/// <param name="Scores">How a pivot's weights become scores.</param>
/// <param name="Window">W, decode steps of a window.</param>
/// <param name="DriftThreshold">τ.</param>
/// <param name="Defects">Defects of the published code to reproduce.</param>
/// <param name="RowFloats">Floats of one token's key and value.</param>
/// <param name="Memory">Is charged for staging.</param>
internal sealed record PivotGroupSettings(
    PivotScores Scores, int Window, double DriftThreshold, PublishedDefects Defects, int RowFloats, HostMemory Memory);
