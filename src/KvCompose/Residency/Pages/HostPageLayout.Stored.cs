using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace KvCompose.Residency.Pages;

/// <content>Tokens as they are stored: copied and summed up without being read as numbers.</content>
internal readonly unsafe partial struct HostPageLayout
{
    /// <summary>Copies a token's key, value and position between pages as they are stored.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void CopyToken(byte* from, int fromSlot, byte* to, int toSlot)
    {
        switch (Format)
        {
            case HostPageFormat.Fp32:
                CopyColumn((uint*)from + fromSlot, (uint*)to + toSlot, HeadDim);
                break;
            case HostPageFormat.Fp16:
                CopyColumn((ushort*)from + fromSlot, (ushort*)to + toSlot, HeadDim);
                break;
            default:
                CopyColumn(from + fromSlot, to + toSlot, HeadDim);
                CopyColumn((uint*)(from + KeyScales) + fromSlot, (uint*)(to + KeyScales) + toSlot, HeadDim / GroupElements);
                break;
        }

        int row = (ValueScales - Values) / Tokens, scales = (Positions - ValueScales) / Tokens;
        for (int at = 0; at < row; at += Vector128<byte>.Count)
        {
            Vector128.Load(from + Values + (fromSlot * row) + at).Store(to + Values + (toSlot * row) + at);
        }

        for (int at = 0; at < scales; at += sizeof(float))
        {
            *(float*)(to + ValueScales + (toSlot * scales) + at) = *(float*)(from + ValueScales + (fromSlot * scales) + at);
        }

        PositionsOf(to)[toSlot] = PositionsOf(from)[fromSlot];
    }

    /// <summary>Adds a token, as it is stored, to a checksum.</summary>
    public uint Checksum(byte* page, int slot, uint sum)
    {
        sum = Format switch
        {
            HostPageFormat.Fp32 => OfColumn((uint*)page + slot, HeadDim, sum),
            HostPageFormat.Fp16 => OfColumn((ushort*)page + slot, HeadDim, sum),
            _ => OfColumn((uint*)(page + KeyScales) + slot, HeadDim / GroupElements, OfColumn(page + slot, HeadDim, sum)),
        };
        int row = (ValueScales - Values) / Tokens, scales = (Positions - ValueScales) / Tokens;
        return BitOperations.Crc32C(
            OfBytes(page + ValueScales + (slot * scales), scales, OfBytes(page + Values + (slot * row), row, sum)), (uint)PositionsOf(page)[slot]);
    }

    private static uint OfColumn(uint* column, int rows, uint sum)
    {
        for (int row = 0; row < rows; row++)
        {
            sum = BitOperations.Crc32C(sum, column[row * Tokens]);
        }

        return sum;
    }

    private static uint OfColumn(ushort* column, int rows, uint sum)
    {
        for (int row = 0; row < rows; row++)
        {
            sum = BitOperations.Crc32C(sum, column[row * Tokens]);
        }

        return sum;
    }

    private static uint OfColumn(byte* column, int rows, uint sum)
    {
        for (int row = 0; row < rows; row++)
        {
            sum = BitOperations.Crc32C(sum, column[row * Tokens]);
        }

        return sum;
    }

    // Rows and their scales are a multiple of 4 bytes long.
    private static uint OfBytes(byte* bytes, int count, uint sum)
    {
        for (int i = 0; i < count; i += sizeof(uint))
        {
            sum = BitOperations.Crc32C(sum, *(uint*)(bytes + i));
        }

        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CopyColumn<T>(T* from, T* to, int rows)
        where T : unmanaged
    {
        for (int row = 0; row < rows; row++)
        {
            to[row * Tokens] = from[row * Tokens];
        }
    }
}
