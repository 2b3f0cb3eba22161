namespace KvCompose.Reference.Corm;

/// <summary>What a message of a group of query heads is.</summary>
public enum CormGrouping
{
    /// <summary>The group's mean probability passes the threshold.</summary>
    Mean,

    /// <summary>Any member's probability does.</summary>
    Any,
}

/// <summary>What the threshold is one over.</summary>
public enum CormThreshold
{
    /// <summary>The query's position, from 1.</summary>
    Position,

    /// <summary>The keys that the head holds.</summary>
    Held,
}

/// <summary>Settings of CORM.</summary>
/// <param name="Window">w, messages that are remembered.</param>
/// <param name="Recent">r, newest keys that stay.</param>
/// <param name="Grouping">What a group's message is.</param>
/// <param name="Threshold">What the threshold is one over.</param>
/// <param name="Budget">Keys that may remain; null for as many as the messages keep.</param>
public sealed record CormSettings(
    int Window = 256,
    int Recent = 256,
    CormGrouping Grouping = CormGrouping.Mean,
    CormThreshold Threshold = CormThreshold.Position,
    int? Budget = null);
