using System.Runtime.Intrinsics;
using KvCompose.Models.Files;
using KvCompose.Models.Kernels.Blocks;
using KvCompose.Models.Kernels.Products;

namespace KvCompose.Models.Kernels;

/// <summary>The loops over one stored type, compiled for it and for one vector width.</summary>
internal readonly unsafe struct StoredKernel
{
    private readonly delegate*<byte*, int, float*, void> _decode;
    private readonly delegate*<in RowProduct, void> _one;
    private readonly delegate*<in RowProduct, void> _four;

    private StoredKernel(
        delegate*<byte*, int, float*, void> decode, delegate*<in RowProduct, void> one, delegate*<in RowProduct, void> four)
    {
        _decode = decode;
        _one = one;
        _four = four;
    }

    /// <summary>The width in bits of the vectors that this processor has: 512, 256 or 128.</summary>
    public static int BestWidth => Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128;

    /// <summary>The loops in the vectors that this processor has.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The type holds no weights.</exception>
    public static StoredKernel For(StoredType type) => For(type, BestWidth);

    /// <summary>The loops in vectors of a width.</summary>
    /// <param name="type">The stored type.</param>
    /// <param name="width">Bits of the vectors of products: 512, 256 or 128.</param>
    /// <exception cref="ArgumentOutOfRangeException">The type holds no weights.</exception>
    public static StoredKernel For(StoredType type, int width) => type switch
    {
        StoredType.F32 => Decoded<F32>(),
        StoredType.F16 => Wide<F16>(width),
        StoredType.BF16 => Wide<BF16>(width),
        StoredType.Q4_0 => Coded<Q4_0>(width),
        StoredType.Q4_1 => Coded<Q4_1>(width),
        StoredType.Q5_0 => Coded<Q5_0>(width),
        StoredType.Q5_1 => Coded<Q5_1>(width),
        StoredType.Q8_0 => Coded<Q8_0>(width),
        StoredType.Q2_K => Decoded<Q2_K>(),
        StoredType.Q3_K => Decoded<Q3_K>(),
        StoredType.Q4_K => Coded<Q4_K>(width),
        StoredType.Q5_K => Coded<Q5_K>(width),
        StoredType.Q6_K => Coded<Q6_K>(width),
        StoredType.IQ4_NL => Coded<IQ4_NL>(width),
        StoredType.MXFP4 => Coded<MXFP4>(width),
        StoredType.IQ4_XS => Decoded<IQ4_XS>(),
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "holds no weights"),
    };

    /// <summary>Decodes numbers from the beginning of a block on; <paramref name="values"/> is a multiple of the block's size.</summary>
    public void Decode(byte* source, int values, float* target) => _decode(source, values, target);

    /// <summary>Products with one row of activations, or with four.</summary>
    public void Multiply(in RowProduct call, bool four)
    {
        if (four)
        {
            _four(call);
        }
        else
        {
            _one(call);
        }
    }

    private static StoredKernel Coded<TBlocks>(int width)
        where TBlocks : struct, ICodeBlocks => width switch
        {
            512 => new(&TBlocks.Decode, &CodeProduct512<TBlocks>.One, &CodeProduct512<TBlocks>.Four),
            256 => new(&TBlocks.Decode, &CodeProduct256<TBlocks>.One, &CodeProduct256<TBlocks>.Four),
            _ => new(&TBlocks.Decode, &CodeProduct128<TBlocks>.One, &CodeProduct128<TBlocks>.Four),
        };

    private static StoredKernel Wide<TNumbers>(int width)
        where TNumbers : struct, IWideNumbers => width switch
        {
            512 => new(&TNumbers.Decode, &WideProduct512<TNumbers>.One, &WideProduct512<TNumbers>.Four),
            256 => new(&TNumbers.Decode, &WideProduct256<TNumbers>.One, &WideProduct256<TNumbers>.Four),
            _ => new(&TNumbers.Decode, &WideProduct128<TNumbers>.One, &WideProduct128<TNumbers>.Four),
        };

    private static StoredKernel Decoded<TNumbers>()
        where TNumbers : struct, IStoredNumbers
        => new(&TNumbers.Decode, &DecodedProduct<TNumbers>.One, &DecodedProduct<TNumbers>.Four);
}
