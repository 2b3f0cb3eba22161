using System.ComponentModel;
using System.Numerics.Tensors;

namespace KvCompose.Cache;

/// <summary>
/// Quantises a full page: keys by channel over the page's tokens, values by token over their channels. The unquantised page has the
/// same order of elements, [P/16][d][16] keys and [P][d] values, in single precision.
/// Source: Liu et al., "KIVI: A Tuning-Free Asymmetric 2bit Quantization for KV Cache", arXiv 2402.02750; a group of keys is a page.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static unsafe class PageQuantiser
{
    private const int Lanes = PageLayout.TileTokens;

    /// <summary>Writes codes and parameters; positions and state stay as they are.</summary>
    /// <typeparam name="TStorage">How codes are stored.</typeparam>
    /// <param name="open">The unquantised page.</param>
    /// <param name="page">Receives the codes.</param>
    /// <param name="headDim">d.</param>
    /// <param name="pageTokens">P.</param>
    /// <param name="elementBits">Bits of a code.</param>
    /// <param name="valueElements">Elements of a value that its scale is chosen by; 0 for all. Those after them are padding.</param>
    public static void Seal<TStorage>(float* open, byte* page, int headDim, int pageTokens, int elementBits, int valueElements = 0)
        where TStorage : unmanaged, IStorage<TStorage>
    {
        var layout = new PageLayout(headDim, pageTokens, elementBits, quantised: true);
        int levels = (1 << elementBits) - 1;
        for (int channel = 0; channel < headDim; channel++)
        {
            ((uint*)(page + layout.KeyCodeOffset))[channel] = SealChannel<TStorage>(open + (channel * Lanes), page, channel, headDim, pageTokens, levels);
        }

        float* values = open + ((nint)pageTokens * headDim);
        for (int token = 0; token < pageTokens; token++, values += headDim)
        {
            var row = new ReadOnlySpan<float>(values, headDim);
            uint code = Range(valueElements == 0 ? row : row[..valueElements], levels);
            ((uint*)(page + layout.ValueCodeOffset))[token] = code;
            for (int i = 0; i < headDim; i++)
            {
                TStorage.Store(page + layout.ValueOffset, ((nint)token * headDim) + i, AffineCode.Encode(row[i], code, levels));
            }
        }
    }

    /// <summary>A channel of all tokens: sixteen of every tile.</summary>
    private static uint SealChannel<TStorage>(float* first, byte* keys, int channel, int headDim, int pageTokens, int levels)
        where TStorage : unmanaged, IStorage<TStorage>
    {
        float least = float.PositiveInfinity, most = float.NegativeInfinity;
        for (int tile = 0; tile < pageTokens / Lanes; tile++)
        {
            var elements = new ReadOnlySpan<float>(first + ((nint)tile * Lanes * headDim), Lanes);
            least = MathF.Min(least, TensorPrimitives.Min(elements));
            most = MathF.Max(most, TensorPrimitives.Max(elements));
        }

        uint code = AffineCode.Of(least, most, levels);
        for (int token = 0; token < pageTokens; token++)
        {
            nint place = ((nint)(token / Lanes) * Lanes * headDim) + (token % Lanes);
            TStorage.Store(keys, place + (channel * Lanes), AffineCode.Encode(first[place], code, levels));
        }

        return code;
    }

    private static uint Range(ReadOnlySpan<float> elements, int levels)
        => AffineCode.Of(TensorPrimitives.Min(elements), TensorPrimitives.Max(elements), levels);
}
