using System.ComponentModel;

namespace KvCompose.Cache;

/// <summary>
/// Writes a full page with fewer channels of its keys. The whole page has [P/16][d][16] keys and [P][d] values in single precision, the pruned one
/// [P/16][channels][16] and [P][d] in its storage's elements.
/// Source: Xu et al., "ThinK: Thinner Key Cache by Query-Driven Pruning", arXiv 2407.21018.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static unsafe class PagePruner
{
    private const int Lanes = PageLayout.TileTokens;

    /// <summary>Writes keys and values; positions and state stay as they are.</summary>
    /// <typeparam name="TStorage">How elements are stored.</typeparam>
    /// <param name="open">The whole page.</param>
    /// <param name="page">Receives what is kept.</param>
    /// <param name="channels">The channels that keys keep, ascending.</param>
    /// <param name="layout">Where everything stands in the page.</param>
    public static void Seal<TStorage>(float* open, byte* page, int* channels, PageLayout layout)
        where TStorage : unmanaged, IStorage<TStorage>
    {
        nint place = 0;
        for (int tile = 0; tile < layout.PageTokens / Lanes; tile++)
        {
            float* keys = open + ((nint)tile * Lanes * layout.HeadDim);
            for (int channel = 0; channel < layout.KeyChannels; channel++)
            {
                for (int token = 0; token < Lanes; token++, place++)
                {
                    TStorage.Store(page, place, keys[(channels[channel] * Lanes) + token]);
                }
            }
        }

        nint elements = (nint)layout.PageTokens * layout.HeadDim;
        for (nint i = 0; i < elements; i++)
        {
            TStorage.Store(page + layout.ValueOffset, i, open[elements + i]);
        }
    }
}
