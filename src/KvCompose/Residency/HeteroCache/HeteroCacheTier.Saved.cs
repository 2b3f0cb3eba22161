using KvCompose.Files;

namespace KvCompose.Residency.HeteroCache;

/// <summary>HeteroCache's tier in a saved cache: its pivot groups, layer by layer.</summary>
public sealed unsafe partial class HeteroCacheTier : ISavedTier
{
    /// <inheritdoc/>
    public void Save(int sequence, SectionWriter writer, CancellationToken cancellation)
    {
        for (int layer = 0; layer < _context.Shape.Layers; layer++)
        {
            Layer(sequence, layer).Save(writer, cancellation);
        }
    }

    /// <inheritdoc/>
    /// <exception cref="HostTierFullException">The host copies do not fit into the limit.</exception>
    public void Resume(int sequence, SectionReader reader, CancellationToken cancellation)
    {
        for (int layer = 0; layer < _context.Shape.Layers; layer++)
        {
            Layer(sequence, layer).Resume(reader, _settings, _context.Shape, layer, _store.Worker, cancellation);
        }
    }
}
