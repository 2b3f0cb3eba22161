using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace KvCompose.Cache;

/// <summary>
/// What turns the codes of a group of elements back into numbers: x ≈ code · scale + zero, both in half precision in one word, the
/// scale in its lower half.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static unsafe class AffineCode
{
    /// <summary>2¹¹²: the distance between the exponent biases of single and half precision.</summary>
    private const float Rebias = 5.192296858534828e33f;

    /// <summary>Chooses scale and zero point for elements between two bounds.</summary>
    /// <param name="least">The smallest element.</param>
    /// <param name="most">The largest element.</param>
    /// <param name="levels">The highest code.</param>
    public static uint Of(float least, float most, int levels)
    {
        Half zero = Clamped(least);
        Half scale = Clamped((most - (float)zero) / levels);
        return BitConverter.HalfToUInt16Bits(scale) | ((uint)BitConverter.HalfToUInt16Bits(zero) << 16);
    }

    /// <summary>The code whose number is nearest; halves go to the even code.</summary>
    public static float Encode(float element, uint code, int levels)
    {
        float scale = Scale(code);
        return scale > 0 ? Math.Clamp(MathF.Round((element - Zero(code)) / scale), 0, levels) : 0;
    }

    /// <summary>Sixteen elements of one group from their codes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Decode(Vector512<float> codes, uint code)
        => Vector512.MultiplyAddEstimate(codes, Vector512.Create(Scale(code)), Vector512.Create(Zero(code)));

    /// <summary>
    /// Puts the scales of a query's channels into the query, so that keys can stay codes: q·k = Σ (q · scale) · code + Σ q · zero.
    /// </summary>
    /// <param name="codes">[<paramref name="channels"/>].</param>
    /// <param name="query">[<paramref name="channels"/>].</param>
    /// <param name="folded">Receives q · scale, [<paramref name="channels"/>].</param>
    /// <param name="channels">d, a multiple of 16.</param>
    /// <returns>Σ q · zero.</returns>
    public static float Fold(uint* codes, float* query, float* folded, int channels)
    {
        Vector512<float> offset = Vector512<float>.Zero;
        for (int i = 0; i < channels; i += 16)
        {
            Vector512<int> words = Vector512.Load((int*)codes + i);
            Vector512<float> own = Vector512.Load(query + i);
            (own * Single(words << 16 >> 16)).Store(folded + i);
            offset = Vector512.MultiplyAddEstimate(own, Single(words >> 16), offset);
        }

        return Vector512.Sum(offset);
    }

    /// <summary>The scale.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Scale(uint code) => Single((short)code);

    /// <summary>The zero point.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Zero(uint code) => Single((short)(code >> 16));

    /// <summary>Half precision without infinities: sign and the 15 other bits move to where single precision has them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Single(short half) => BitConverter.Int32BitsToSingle((half << 13) & unchecked((int)0x8FFFE000)) * Rebias;

    /// <summary>As above, of sixteen.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Single(Vector512<int> halves)
        => ((halves << 13) & Vector512.Create(unchecked((int)0x8FFFE000))).AsSingle() * Vector512.Create(Rebias);

    private static Half Clamped(float value) => (Half)Math.Clamp(value, -65504f, 65504f);
}
