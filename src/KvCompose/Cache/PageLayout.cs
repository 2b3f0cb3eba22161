using System.ComponentModel;

namespace KvCompose.Cache;

/// <summary>
/// Where everything stands in a page: P tokens of one key-value head. Keys come first, in tiles of 16 tokens stored d-major
/// ([P/16][d][16], so that one vector holds 16 keys at one dimension and scores need no horizontal sums), then values
/// row-major ([P][d]), then the tokens' positions ([P] int), then words that an eviction while decoding keeps of every token, then,
/// in counted pages, how many of the page's tokens are valid. A quantised page has a word of <c>AffineCode</c> for every
/// channel after its keys, and one for every token after its values. A pruned page holds fewer channels of its keys, [P/16][channels][16].
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly record struct PageLayout
{
    /// <summary>Tokens of one key tile: the lanes of a 512-bit vector of floats. Divides the page.</summary>
    public const int TileTokens = 16;

    /// <summary>Channels that keys are pruned by at a time: a score takes four channels of a key tile in a row.</summary>
    public const int ChannelStep = 4;

    /// <summary>The longest head, in elements.</summary>
    public const int MostHeadDim = 512;

    /// <summary>A product of a ratio that decimal digits state is whole up to this.</summary>
    private const double Rounding = 1e-9;

    /// <summary>Bytes that a page's start is aligned to.</summary>
    public const int Alignment = 64;

    /// <summary>Lays out a page.</summary>
    /// <param name="headDim">d, a multiple of 16.</param>
    /// <param name="pageTokens">P, a multiple of 16.</param>
    /// <param name="elementBits">Bits of one stored key or value element.</param>
    /// <param name="stateWords">32-bit words kept of every token beside its position.</param>
    /// <param name="counted">Whether a page says how many of its tokens are valid; otherwise all pages of a table but the last are full.</param>
    /// <param name="quantised">Whether elements are codes: a page is quantised when it is full, and until then its tokens are kept beside it.</param>
    /// <param name="keyChannels">Channels that the keys of a full page keep, a multiple of <see cref="ChannelStep"/>; 0 for all.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number does not fit the layout.</exception>
    public PageLayout(
        int headDim, int pageTokens, int elementBits, int stateWords = 0, bool counted = false, bool quantised = false, int keyChannels = 0)
    {
        if (headDim < TileTokens || headDim > MostHeadDim || headDim % TileTokens != 0)
        {
            throw new ArgumentOutOfRangeException(nameof(headDim), headDim, $"the head dimension is a multiple of {TileTokens} from {TileTokens} to {MostHeadDim}");
        }

        if (pageTokens is < 16 or > 256 || pageTokens % TileTokens != 0)
        {
            throw new ArgumentOutOfRangeException(nameof(pageTokens), pageTokens, "a page holds a multiple of 16 tokens, 16 to 256");
        }

        if (quantised && elementBits is not (4 or 8))
        {
            throw new ArgumentOutOfRangeException(nameof(elementBits), elementBits, "a code has 4 or 8 bits");
        }

        if (elementBits is not (4 or 8 or 16 or 32))
        {
            throw new ArgumentOutOfRangeException(nameof(elementBits), elementBits, "an element has 4, 8, 16 or 32 bits");
        }

        if (keyChannels < 0 || keyChannels > headDim || keyChannels % ChannelStep != 0 || (quantised && keyChannels > 0))
        {
            throw new ArgumentOutOfRangeException(
                nameof(keyChannels), keyChannels, $"unquantised keys keep a multiple of {ChannelStep} of their {headDim} channels");
        }

        if (stateWords is < 0 or > 4)
        {
            throw new ArgumentOutOfRangeException(nameof(stateWords), stateWords, "a token has 0 to 4 words of state");
        }

        HeadDim = headDim;
        PageTokens = pageTokens;
        ElementBits = elementBits;
        StateWords = stateWords;
        HasPerPageCounts = counted;
        Quantised = quantised;
        KeyChannels = keyChannels == 0 ? headDim : keyChannels;
    }

    /// <summary>Channels that keys of full pages lack: a share of d, rounded down to a multiple of <see cref="ChannelStep"/>.</summary>
    public static int PrunedChannels(double share, int headDim) => (int)((share * headDim) + Rounding) / ChannelStep * ChannelStep;

    /// <summary>Elements of one key or value, d.</summary>
    public int HeadDim { get; }

    /// <summary>Tokens of a page, P.</summary>
    public int PageTokens { get; }

    /// <summary>Bits of one stored element.</summary>
    public int ElementBits { get; }

    /// <summary>32-bit words kept of every token beside its position.</summary>
    public int StateWords { get; }

    /// <summary>Whether a page says how many of its tokens are valid.</summary>
    public bool HasPerPageCounts { get; }

    /// <summary>Whether elements are codes.</summary>
    public bool Quantised { get; }

    /// <summary>Channels that the keys of a full page keep; d unless pruned.</summary>
    public int KeyChannels { get; }

    /// <summary>Whether the keys of full pages lack channels; which ones is a matter of the head.</summary>
    public bool Pruned => KeyChannels < HeadDim;

    /// <summary>Whether a full page is written again in fewer bytes: the last page, until it is full, is kept whole beside the others.</summary>
    public bool CompressesFullPages => Quantised || Pruned;

    /// <summary>Bytes of the tokens that wait for their page to be full, keys and values in single precision; 0 where none wait.</summary>
    public int ResidualBytes => CompressesFullPages ? 2 * PageTokens * HeadDim * sizeof(float) : 0;

    /// <summary>Bytes of the list of channels that the keys of a head keep; 0 where they keep all.</summary>
    public int ChannelBytes => Pruned ? KeyChannels * sizeof(int) : 0;

    /// <summary>Where a quantised page keeps the scales and zero points of its keys, a word a channel.</summary>
    public int KeyCodeOffset => PageTokens * KeyChannels * ElementBits / 8;

    /// <summary>Bytes of a page's keys; its values begin here.</summary>
    public int ValueOffset => KeyCodeOffset + (Quantised ? HeadDim * sizeof(uint) : 0);

    /// <summary>Where a quantised page keeps the scales and zero points of its values, a word a token.</summary>
    public int ValueCodeOffset => ValueOffset + (PageTokens * HeadDim * ElementBits / 8);

    /// <summary>Where a page's positions begin.</summary>
    public int PositionOffset => ValueCodeOffset + (Quantised ? PageTokens * sizeof(uint) : 0);

    /// <summary>Where a page's state begins, [<see cref="StateWords"/>][P].</summary>
    public int StateOffset => PositionOffset + (PageTokens * sizeof(int));

    /// <summary>Where a counted page keeps its number of valid tokens.</summary>
    public int CountOffset => StateOffset + (StateWords * PageTokens * sizeof(int));

    /// <summary>Bytes from one page to the next.</summary>
    public int PageBytes => (CountOffset + (HasPerPageCounts ? sizeof(int) : 0) + Alignment - 1) / Alignment * Alignment;
}
