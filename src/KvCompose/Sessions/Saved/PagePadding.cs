using KvCompose.Cache;

namespace KvCompose.Sessions.Saved;

/// <summary>
/// Writes zeros into the places of a page that hold no token, before the page leaves the process: their memory may still hold what an earlier prompt, or a
/// token that was evicted, left there. Elements of fewer than 8 bits share bytes: a byte is cleared when no token has a part in it.
/// </summary>
internal static class PagePadding
{
    private const int Tile = PageLayout.TileTokens;

    /// <summary>Clears a page after its first tokens.</summary>
    /// <param name="layout">Where everything stands.</param>
    /// <param name="page">A copy of the page.</param>
    /// <param name="tokens">Its valid tokens; of a page that is sealed when it is full no element is valid before.</param>
    public static void Clear(PageLayout layout, Span<byte> page, int tokens)
    {
        if (tokens < layout.PageTokens)
        {
            ClearElements(layout, page[..layout.PositionOffset], layout.CompressesFullPages ? 0 : tokens);
            for (int line = 0; line <= layout.StateWords; line++)
            {
                page.Slice(layout.PositionOffset + (((line * layout.PageTokens) + tokens) * sizeof(int)), (layout.PageTokens - tokens) * sizeof(int)).Clear();
            }
        }

        page[(layout.CountOffset + (layout.HasPerPageCounts ? sizeof(int) : 0))..].Clear();
    }

    /// <summary>As <see cref="Clear"/>, for the tokens that wait for their page to be full.</summary>
    public static void ClearOpen(PageLayout layout, Span<byte> open, int tokens)
    {
        int half = open.Length / 2;
        ClearKeys(layout.HeadDim, 8 * sizeof(float), open[..half], tokens);
        open[(half + (tokens * layout.HeadDim * sizeof(float)))..].Clear();
    }

    private static void ClearElements(PageLayout layout, Span<byte> page, int tokens)
    {
        if (tokens == 0)
        {
            page.Clear();
            return;
        }

        ClearKeys(layout.HeadDim, layout.ElementBits, page[..layout.ValueOffset], tokens);
        page[(layout.ValueOffset + (tokens * layout.HeadDim * layout.ElementBits / 8))..].Clear();
    }

    /// <summary>Keys of unused places: the ends of the lines of the tile that is begun, and whole tiles after it.</summary>
    private static void ClearKeys(int headDim, int bits, Span<byte> keys, int tokens)
    {
        int tileBytes = Tile * headDim * bits / 8, lineBytes = Tile * bits / 8, begun = tokens / Tile;
        int used = ((tokens % Tile * bits) + 7) / 8;
        for (int line = 0; line < headDim && tokens % Tile > 0; line++)
        {
            keys.Slice((begun * tileBytes) + (line * lineBytes) + used, lineBytes - used).Clear();
        }

        keys[((tokens + Tile - 1) / Tile * tileBytes)..].Clear();
    }
}
