using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using KvCompose.Cache;
using KvCompose.Numerics;

namespace KvCompose.Residency.Pages;

/// <summary>
/// Where everything stands in a host page of 16 tokens, and how it is read: keys d-major ([d][16], so that one vector holds one
/// dimension of all 16 keys), values row-major ([16][d]), positions ([16] int). Int8 adds scales: keys [d/16][16], values [16][d/16].
/// </summary>
internal readonly unsafe partial struct HostPageLayout
{
    /// <summary>Tokens of a page: the lanes of a vector.</summary>
    public const int Tokens = PageIndexSettings.PageTokens;

    private const int GroupElements = 16;
    private const float LargestByte = 127;

    public HostPageLayout(int headDim, HostPageFormat format)
    {
        if (headDim is < 16 or > PageLayout.MostHeadDim || headDim % 16 != 0)
        {
            throw new ArgumentOutOfRangeException(nameof(headDim), headDim, $"the head dimension is a multiple of 16 from 16 to {PageLayout.MostHeadDim}");
        }

        HeadDim = headDim;
        Format = format;
        int elements = headDim * Tokens;
        (int block, int scales) = format switch
        {
            HostPageFormat.Fp32 => (elements * sizeof(float), 0),
            HostPageFormat.Fp16 => (elements * sizeof(ushort), 0),
            HostPageFormat.Int8 => (elements, elements / GroupElements * sizeof(float)),
            _ => throw new ArgumentOutOfRangeException(nameof(format), format, "there is no such format"),
        };
        KeyScales = block;
        Values = block + scales;
        ValueScales = Values + block;
        Positions = ValueScales + scales;
        Bytes = Positions + (Tokens * sizeof(int));
    }

    public int HeadDim { get; }

    public HostPageFormat Format { get; }

    /// <summary>Where the scales of the keys begin; keys begin at 0.</summary>
    public int KeyScales { get; }

    public int Values { get; }

    public int ValueScales { get; }

    public int Positions { get; }

    /// <summary>Bytes of a page, a multiple of 64.</summary>
    public int Bytes { get; }

    /// <summary>Where the positions of a page's tokens are.</summary>
    public int* PositionsOf(byte* page) => (int*)(page + Positions);

    /// <summary>One dimension of all 16 keys.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<float> Keys(byte* page, int dimension) => Format switch
    {
        HostPageFormat.Fp32 => Vector512.Load((float*)page + (dimension * Tokens)),
        HostPageFormat.Fp16 => HalfElements.Load(page, dimension * Tokens),
        _ => Bytes16(page + (dimension * Tokens)) * Vector512.Load((float*)(page + KeyScales) + (dimension / GroupElements * Tokens)),
    };

    /// <summary>Sixteen elements of one token's value, from <paramref name="element"/>, a multiple of 16.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<float> ValueElements(byte* page, int slot, int element) => Format switch
    {
        HostPageFormat.Fp32 => Vector512.Load((float*)(page + Values) + (slot * HeadDim) + element),
        HostPageFormat.Fp16 => HalfElements.Load(page + Values, (slot * HeadDim) + element),
        _ => Bytes16(page + Values + (slot * HeadDim) + element)
            * ((float*)(page + ValueScales))[((slot * HeadDim) + element) / GroupElements],
    };

    /// <summary>q·k of all 16 keys: 16 inner products without a horizontal sum. Two sums, so that additions do not wait for each other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public Vector512<float> Scores(byte* page, float* query)
    {
        Vector512<float> even = default, odd = default;
        for (int i = 0; i < HeadDim; i += 2)
        {
            even = Vector512.FusedMultiplyAdd(Vector512.Create(query[i]), Keys(page, i), even);
            odd = Vector512.FusedMultiplyAdd(Vector512.Create(query[i + 1]), Keys(page, i + 1), odd);
        }

        return even + odd;
    }

    /// <summary>As <see cref="Scores(byte*, float*)"/>, the same sums of two queries in one pass over the page.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public (Vector512<float> First, Vector512<float> Second) Scores(byte* page, float* first, float* second)
    {
        Vector512<float> even = default, odd = default, otherEven = default, otherOdd = default;
        for (int i = 0; i < HeadDim; i += 2)
        {
            Vector512<float> keys = Keys(page, i), next = Keys(page, i + 1);
            even = Vector512.FusedMultiplyAdd(Vector512.Create(first[i]), keys, even);
            odd = Vector512.FusedMultiplyAdd(Vector512.Create(first[i + 1]), next, odd);
            otherEven = Vector512.FusedMultiplyAdd(Vector512.Create(second[i]), keys, otherEven);
            otherOdd = Vector512.FusedMultiplyAdd(Vector512.Create(second[i + 1]), next, otherOdd);
        }

        return (even + odd, otherEven + otherOdd);
    }

    /// <summary>Reads all keys, [d][16].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void ReadKeys(byte* page, float* tile)
    {
        for (int i = 0; i < HeadDim; i++)
        {
            Keys(page, i).Store(tile + (i * Tokens));
        }
    }

    /// <summary>Writes all keys, [d][16].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void WriteKeys(byte* page, float* tile)
    {
        for (int first = 0; first < HeadDim; first += GroupElements)
        {
            Vector512<float> largest = default;
            for (int i = first; i < first + GroupElements; i++)
            {
                Vector512<float> keys = Vector512.Load(tile + (i * Tokens));
                WriteElements(page, i * Tokens, keys);
                largest = Vector512.Max(largest, Vector512.Abs(keys));
            }

            if (Format == HostPageFormat.Int8)
            {
                (largest / Vector512.Create(LargestByte)).Store((float*)(page + KeyScales) + (first / GroupElements * Tokens));
                Vector512<float> inverse = Inverse(largest);
                for (int i = first; i < first + GroupElements; i++)
                {
                    StoreBytes(page + (i * Tokens), Vector512.Load(tile + (i * Tokens)) * inverse);
                }
            }
        }
    }

    /// <summary>Writes one token's value [d].</summary>
    public void WriteValue(byte* page, int slot, float* value)
    {
        byte* values = page + Values;
        for (int element = 0; element < HeadDim; element += GroupElements)
        {
            Vector512<float> elements = Vector512.Load(value + element);
            int at = (slot * HeadDim) + element;
            WriteElements(values, at, elements);
            if (Format == HostPageFormat.Int8)
            {
                Vector512<float> magnitude = Vector512.Abs(elements);
                float largest = 0;
                for (int lane = 0; lane < GroupElements; lane++)
                {
                    largest = Math.Max(largest, magnitude[lane]);
                }

                ((float*)(page + ValueScales))[at / GroupElements] = largest / LargestByte;
                StoreBytes(values + at, elements * Inverse(Vector512.Create(largest)));
            }
        }
    }

    private void WriteElements(byte* block, int index, Vector512<float> elements)
    {
        if (Format == HostPageFormat.Fp32)
        {
            elements.Store((float*)block + index);
        }
        else if (Format == HostPageFormat.Fp16)
        {
            for (int lane = 0; lane < GroupElements; lane++)
            {
                HalfElements.Store(block, index + lane, elements[lane]);
            }
        }
    }

    private static Vector512<float> Inverse(Vector512<float> largest) => Vector512.ConditionalSelect(
        Vector512.Equals(largest, Vector512<float>.Zero), Vector512<float>.Zero, Vector512.Create(LargestByte) / largest);

    private static void StoreBytes(byte* target, Vector512<float> scaled)
    {
        Vector512<int> rounded = Vector512.ConvertToInt32Native(Vector512.Round(scaled));
        for (int lane = 0; lane < GroupElements; lane++)
        {
            target[lane] = (byte)(sbyte)rounded[lane];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Bytes16(byte* from)
    {
        Vector128<sbyte> bytes = Vector128.Load((sbyte*)from);
        (Vector128<short> lower, Vector128<short> upper) = Vector128.Widen(bytes);
        return Vector512.ConvertToSingle(Vector512.Create(
            Vector256.Create(Vector128.WidenLower(lower), Vector128.WidenUpper(lower)),
            Vector256.Create(Vector128.WidenLower(upper), Vector128.WidenUpper(upper))));
    }
}
