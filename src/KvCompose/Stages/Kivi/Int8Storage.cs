using System.Runtime.Intrinsics;
using KvCompose.Numerics;

namespace KvCompose;

/// <summary>
/// Keys and values in 8 bits, in the manner of KIVI: keys by channel, values by token, with scale and zero point in half precision.
/// A page is quantised when it is full; the newest tokens wait for that in single precision. Element: one code a byte.
/// Source: Liu et al., "KIVI: A Tuning-Free Asymmetric 2bit Quantization for KV Cache", arXiv 2402.02750.
/// </summary>
[StorageFacts(ElementBits = 8, Quantised = true, Lossy = true, Source = "arXiv 2402.02750")]
public readonly unsafe struct Int8Storage : IStorage<Int8Storage>
{
    /// <inheritdoc/>
    public static void Store(byte* block, nint index, float value) => block[index] = (byte)value;

    /// <inheritdoc/>
    public static Vector512<float> Load(byte* block, nint index) => ByteWidening.ToSingle(Vector128.Load(block + index));
}

/// <summary>Declares <see cref="Int8Storage"/>.</summary>
public sealed class Int8StorageAttribute : StorageAttribute<Int8Storage>;
