using System.ComponentModel;
using KvCompose.Cache;

namespace KvCompose.Residency;

/// <summary>As <see cref="PageWriter"/>, for one storage.</summary>
/// <typeparam name="TStorage">How elements are stored.</typeparam>
/// <param name="layout">The layout of the pages.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed unsafe class StoragePageWriter<TStorage>(PageLayout layout) : PageWriter
    where TStorage : unmanaged, IStorage<TStorage>
{
    private const int Lanes = PageLayout.TileTokens;

    /// <inheritdoc/>
    public override HostPageFormat? HostFormat => TStorage.HostFormat;

    /// <inheritdoc/>
    public override void Write(byte* page, int place, float* key, int keyStride, float* value, int position)
    {
        nint column = Column(place), row = (nint)place * layout.HeadDim;
        byte* values = page + layout.ValueOffset;
        for (int i = 0; i < layout.HeadDim; i++)
        {
            TStorage.Store(page, column + (i * Lanes), key[i * keyStride]);
            TStorage.Store(values, row + i, value[i]);
        }

        ((int*)(page + layout.PositionOffset))[place] = position;
    }

    /// <inheritdoc/>
    public override int Read(byte* page, int place, float* key, float* value)
    {
        nint tile = Column(place) - (place % Lanes), row = (nint)place * layout.HeadDim;
        byte* values = page + layout.ValueOffset;
        for (int i = 0; i < layout.HeadDim; i++)
        {
            key[i] = TStorage.Load(page, tile + (i * Lanes))[place % Lanes];
        }

        for (int i = 0; i < layout.HeadDim; i += Lanes)
        {
            System.Runtime.Intrinsics.Vector512.Store(TStorage.Load(values, row + i), value + i);
        }

        return ((int*)(page + layout.PositionOffset))[place];
    }

    private nint Column(int place) => ((nint)(place / Lanes) * Lanes * layout.HeadDim) + (place % Lanes);
}
