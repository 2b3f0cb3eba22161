using System.ComponentModel;

namespace KvCompose.Residency.Pages;

/// <summary>What a <see cref="PageRetrievalTier"/> does.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed record PageRetrievalSettings
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

    /// <summary>Layers that follow each other and share pages and choice, which are those of the first.</summary>
    public int ReuseGroup { get; init; } = 1;

    /// <summary>Whether the pages of the next layer of a reuse group are fetched while the one before computes.</summary>
    public bool Prefetch { get; init; }

    /// <summary>Whether every choice is compared with the best tokens, for <see cref="TierUsage.Recall"/>.</summary>
    public bool MeasureRecall { get; init; }

    /// <summary>Bytes that the host tier may hold; 0 sets no limit.</summary>
    public long LimitBytes { get; init; }

    /// <summary>Bytes of pages that a file may hold when the host tier is full; 0 for no file.</summary>
    public long DiskBytes { get; init; }

    /// <summary>Layers before a layer that is not dense, in its reuse group.</summary>
    internal int PlaceInGroup(int layer) => (layer - DenseLayers) % ReuseGroup;

    /// <summary>Layers of the reuse group that begins at a layer; the last one may be shorter.</summary>
    internal int GroupLayers(int first, int layers) => Math.Min(ReuseGroup, layers - first);
}
