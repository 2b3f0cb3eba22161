namespace KvCompose;

/// <summary>What a session's cache holds, as the page pool counts it.</summary>
/// <param name="TokensPerHead">Tokens held, averaged over sequences with content, layers and key-value heads.</param>
/// <param name="BytesHeld">Bytes of pages in use.</param>
/// <param name="PeakBytes">Most bytes of pages in use at once since the session was opened or cleared.</param>
/// <param name="LimitBytes">The hard limit, 0 for none.</param>
public readonly record struct CacheUsage(double TokensPerHead, long BytesHeld, long PeakBytes, long LimitBytes)
{
    /// <summary>Layers of the model with a sliding window: they hold at most their window, whatever the pipeline keeps of the other layers.</summary>
    public int WindowedLayers { get; init; }

    /// <summary>Bytes of <see cref="BytesHeld"/> that these layers hold.</summary>
    public long WindowBytes { get; init; }

    /// <summary>Layers of the model with a fixed state, which no stage acts on.</summary>
    public int FixedStateLayers { get; init; }

    /// <summary>Bytes of <see cref="BytesHeld"/> that these states take, and the copies of them that a rewind needs.</summary>
    public long StateBytes { get; init; }

    /// <summary>Layers of the model that read another's cache and hold none.</summary>
    public int ReadingLayers { get; init; }
}
