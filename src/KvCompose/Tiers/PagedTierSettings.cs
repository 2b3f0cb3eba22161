using KvCompose.Retrieval;

namespace KvCompose.Tiers;

/// <summary>What a <see cref="PagedTier"/> does.</summary>
public sealed record PagedTierSettings
{
    /// <summary>Tokens that a key-value head has brought in at any step, beside those that stay resident.</summary>
    public required int Tokens { get; init; }

    /// <summary>Decoded tokens, the latest, that stay resident; older ones leave page by page.</summary>
    public required int Window { get; init; }

    /// <summary>The first layers, whose tokens all stay resident.</summary>
    public required int DenseLayers { get; init; }

    /// <summary>How pages are formed and ranked.</summary>
    public required PageIndexSettings Index { get; init; }

    /// <summary>How the host keeps its pages.</summary>
    public HostPageFormat Format { get; init; }

    /// <summary>Whether every choice is compared with the best tokens, for <see cref="TierUsage.Recall"/>.</summary>
    public bool MeasureRecall { get; init; }

    /// <summary>Bytes that the host tier may hold; 0 sets no limit.</summary>
    public long LimitBytes { get; init; }

    /// <summary>Bytes of pages that a file may hold when the host tier is full; 0 for no file.</summary>
    public long DiskBytes { get; init; }
}
