using KvCompose.Models.Files;

namespace KvCompose.Models.Tests.Support;

/// <summary>
/// Numbers of stored blocks, one by one in double precision, from the description of the format. Shares nothing with the library.
/// </summary>
internal static class PlainBlocks
{
    private static readonly int[] Levels = [-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113];

    private static readonly double[] FourBitFloats = [0, 0.5, 1, 1.5, 2, 3, 4, 6];

    /// <summary>Number i of a row: its value is Product + Offset.</summary>
    public static (double Product, double Offset) At(StoredType type, ReadOnlySpan<byte> row, int i)
    {
        (int values, int bytes) = StoredTypes.Block(type);
        ReadOnlySpan<byte> block = row.Slice(i / values * bytes, bytes);
        i %= values;
        switch (type)
        {
            case StoredType.F16:
                return (Half(block, 0), 0);
            case StoredType.BF16:
                return (BitConverter.UInt32BitsToSingle((uint)BitConverter.ToUInt16(block) << 16), 0);
            case StoredType.Q8_0:
                return (Half(block, 0) * (sbyte)block[2 + i], 0);
            case StoredType.Q4_0:
                return (Half(block, 0) * (Nibble(block, 2, i) - 8), 0);
            case StoredType.Q4_1:
                return (Half(block, 0) * Nibble(block, 4, i), Half(block, 2));
            case StoredType.Q5_0:
                return (Half(block, 0) * (Nibble(block, 6, i) + (Bit(block, 2, i) * 16) - 16), 0);
            case StoredType.Q5_1:
                return (Half(block, 0) * (Nibble(block, 8, i) + (Bit(block, 4, i) * 16)), Half(block, 2));
            case StoredType.IQ4_NL:
                return (Half(block, 0) * Levels[Nibble(block, 2, i)], 0);
            case StoredType.MXFP4:
                int element = Nibble(block, 1, i);
                return (Math.Pow(2, block[0] - 127) * FourBitFloats[element & 7] * (element < 8 ? 1 : -1), 0);
            case StoredType.Q4_K or StoredType.Q5_K:
                {
                    int part = i / 32, inside = i % 32, high = 0, codes = 16;
                    if (type == StoredType.Q5_K)
                    {
                        (high, codes) = ((block[16 + inside] >> part) & 1, 48);
                    }

                    int code = ((block[codes + (part / 2 * 32) + inside] >> (part % 2 * 4)) & 15) + (16 * high);
                    ReadOnlySpan<byte> p = block[4..];
                    int scale = part < 4 ? p[part] & 63 : (p[part + 4] & 15) + (p[part - 4] / 64 * 16);
                    int least = part < 4 ? p[part + 4] & 63 : (p[part + 4] / 16) + (p[part] / 64 * 16);
                    return (Half(block, 0) * scale * code, -Half(block, 2) * least);
                }

            case StoredType.Q6_K:
                {
                    int half = i / 128, step = i % 128 / 32, inside = i % 32;
                    int low = (block[(half * 64) + (step % 2 * 32) + inside] >> (step / 2 * 4)) & 15;
                    int high = (block[128 + (half * 32) + inside] >> (step * 2)) & 3;
                    return (Half(block, 208) * (sbyte)block[192 + (i / 16)] * (low + (high * 16) - 32), 0);
                }

            default:
                throw new ArgumentException($"{type} has no plain form");
        }
    }

    private static double Half(ReadOnlySpan<byte> block, int at)
    {
        int bits = block[at] + (block[at + 1] * 256), exponent = (bits >> 10) & 31, fraction = bits & 1023;
        double magnitude = exponent == 0 ? fraction * Math.Pow(2, -24) : (1024 + fraction) * Math.Pow(2, exponent - 25);
        return bits >= 0x8000 ? -magnitude : magnitude;
    }

    private static int Nibble(ReadOnlySpan<byte> block, int at, int i) => i < 16 ? block[at + i] & 15 : block[at + i - 16] >> 4;

    private static int Bit(ReadOnlySpan<byte> block, int at, int i) => (block[at + (i / 8)] >> (i % 8)) & 1;
}
