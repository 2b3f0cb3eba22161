using KvCompose.Models.Files;
using KvCompose.Models.Kernels.Blocks;

namespace KvCompose.Models.Kernels;

/// <summary>The loops over one stored type, compiled for it.</summary>
internal readonly unsafe struct StoredKernel
{
    private readonly delegate*<byte*, int, float*, void> _decode;
    private readonly delegate*<byte*, float*, int, float> _dot;

    private StoredKernel(delegate*<byte*, int, float*, void> decode, delegate*<byte*, float*, int, float> dot)
    {
        _decode = decode;
        _dot = dot;
    }

    /// <exception cref="ArgumentOutOfRangeException">The type holds no weights.</exception>
    public static StoredKernel For(StoredType type) => type switch
    {
        StoredType.F32 => Of<F32>(),
        StoredType.F16 => Of<F16>(),
        StoredType.BF16 => Of<BF16>(),
        StoredType.Q4_0 => Of<Q4_0>(),
        StoredType.Q4_1 => Of<Q4_1>(),
        StoredType.Q5_0 => Of<Q5_0>(),
        StoredType.Q5_1 => Of<Q5_1>(),
        StoredType.Q8_0 => Of<Q8_0>(),
        StoredType.Q2_K => Of<Q2_K>(),
        StoredType.Q3_K => Of<Q3_K>(),
        StoredType.Q4_K => Of<Q4_K>(),
        StoredType.Q5_K => Of<Q5_K>(),
        StoredType.Q6_K => Of<Q6_K>(),
        StoredType.IQ4_NL => Of<IQ4_NL>(),
        StoredType.IQ4_XS => Of<IQ4_XS>(),
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "holds no weights"),
    };

    /// <summary>Decodes numbers from the beginning of a block on; <paramref name="values"/> is a multiple of the block's size.</summary>
    public void Decode(byte* source, int values, float* target) => _decode(source, values, target);

    /// <summary>Σ row[i] · x[i] in fp32.</summary>
    public float Dot(byte* row, float* x, int values) => _dot(row, x, values);

    private static StoredKernel Of<TNumbers>()
        where TNumbers : struct, IStoredNumbers => new(&StoredRow<TNumbers>.Decode, &StoredRow<TNumbers>.Dot);
}
