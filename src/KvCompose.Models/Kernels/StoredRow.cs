using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace KvCompose.Models.Kernels;

/// <summary>The loops over rows of one stored type.</summary>
internal static unsafe class StoredRow<TNumbers>
    where TNumbers : struct, IStoredNumbers
{
    private const int Tile = 256; // Holds whole blocks of every type, and stays in the first-level cache.

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Decode(byte* source, int values, float* target) => TNumbers.Decode(source, values, target);

    /// <summary>The row is decoded tile by tile. Eight sums of eight lanes hide the latency of the additions.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Dot(byte* row, float* x, int values)
    {
        float* tile = stackalloc float[Tile];
        int tileBytes = TileBytes;
        Vector256<float> first = default, second = default, third = default, fourth = default;
        float rest = 0;
        for (int start = 0; start < values; start += Tile, row += tileBytes, x += Tile)
        {
            int count = Math.Min(Tile, values - start), i = 0;
            TNumbers.Decode(row, count, tile);
            for (; i <= count - 32; i += 32)
            {
                first = Vector256.FusedMultiplyAdd(Vector256.Load(tile + i), Vector256.Load(x + i), first);
                second = Vector256.FusedMultiplyAdd(Vector256.Load(tile + i + 8), Vector256.Load(x + i + 8), second);
                third = Vector256.FusedMultiplyAdd(Vector256.Load(tile + i + 16), Vector256.Load(x + i + 16), third);
                fourth = Vector256.FusedMultiplyAdd(Vector256.Load(tile + i + 24), Vector256.Load(x + i + 24), fourth);
            }

            for (; i < count; i++)
            {
                rest += tile[i] * x[i];
            }
        }

        return Vector256.Sum((first + second) + (third + fourth)) + rest;
    }

    private static int TileBytes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Tile / TNumbers.BlockValues * TNumbers.BlockBytes;
    }
}
