using System.Runtime.Intrinsics;
using KvCompose.Numerics;

namespace KvCompose;

/// <summary>
/// As <see cref="Int8Storage"/>, in 4 bits. Of sixteen codes the first eight are the low halves of eight bytes, the others the high
/// ones, so that a load spreads them without crossing lanes.
/// Source: as <see cref="Int8Storage"/>.
/// </summary>
[StorageFacts(ElementBits = 4, Quantised = true, Lossy = true, Source = "arXiv 2402.02750")]
public readonly unsafe struct Int4Storage : IStorage<Int4Storage>
{
    /// <inheritdoc/>
    public static void Store(byte* block, nint index, float value)
    {
        byte* pair = block + (index / 16 * 8) + (index % 8);
        int shift = (int)(index & 8) / 2;
        *pair = (byte)((*pair & (0xF0 >> shift)) | ((int)value << shift));
    }

    /// <inheritdoc/>
    public static Vector512<float> Load(byte* block, nint index)
    {
        ulong codes = *(ulong*)(block + (index / 2));
        return ByteWidening.ToSingle((Vector128.Create(codes, codes >> 4) & Vector128.Create(0x0F0F0F0F0F0F0F0FUL)).AsByte());
    }
}

/// <summary>Declares <see cref="Int4Storage"/>.</summary>
public sealed class Int4StorageAttribute : StorageAttribute<Int4Storage>;
