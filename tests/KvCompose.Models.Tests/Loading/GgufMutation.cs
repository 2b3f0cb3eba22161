using System.Buffers.Binary;

namespace KvCompose.Models.Tests.Loading;

/// <summary>Random damage to a GGUF file, most of it where the header is: lengths, counts, types, offsets, spellings.</summary>
internal static class GgufMutation
{
    private static readonly ulong[] Numbers =
    [
        0, 1, 2, 3, 5, 8, 9, 12, 16, 31, 32, 255, 256, 65_535, 1 << 20, int.MaxValue, 1UL << 31, uint.MaxValue, 1UL << 32, 1UL << 42, (1UL << 42) + 1,
        long.MaxValue, 1UL << 63, ulong.MaxValue, ulong.MaxValue - 15, 0x7FC00000, 0x7F800000, 0xFF800000, 0x3F800000,
    ];

    /// <param name="whole">The file.</param>
    /// <param name="header">Bytes of its header, which most changes hit.</param>
    /// <param name="random">Decides the damage.</param>
    public static byte[] Apply(byte[] whole, int header, Random random)
    {
        byte[] bytes = [.. whole];
        for (int round = random.Next(1, 4); round > 0 && bytes.Length > 8; round--)
        {
            int end = random.Next(10) == 0 ? bytes.Length : Math.Min(header, bytes.Length), at = random.Next(end), width = 1 << random.Next(4);
            switch (random.Next(10))
            {
                case 0:
                    bytes = bytes[..random.Next(bytes.Length)];
                    break;
                case 1:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 2:
                    bytes = [.. bytes[..at], .. bytes[Math.Min(bytes.Length, at + random.Next(1, 40))..]];
                    break;
                case 3:
                    int behind = Math.Min(bytes.Length, at + random.Next(1, 80));
                    bytes = [.. bytes[..behind], .. bytes[at..]];
                    break;
                case 4:
                    var noise = new byte[random.Next(1, 9)];
                    random.NextBytes(noise);
                    bytes = [.. bytes[..at], .. noise, .. bytes[at..]];
                    break;
                case 5:
                    Copy(bytes, random.Next(end), at, random.Next(1, 24));
                    break;
                default:
                    Write(bytes, at, width, random.Next(3) == 0 ? (ulong)random.NextInt64() : Numbers[random.Next(Numbers.Length)]);
                    break;
            }
        }

        return bytes;
    }

    private static void Copy(byte[] bytes, int from, int to, int count)
    {
        count = Math.Min(count, bytes.Length - Math.Max(from, to));
        bytes.AsSpan(from, count).CopyTo(bytes.AsSpan(to));
    }

    private static void Write(byte[] bytes, int at, int width, ulong number)
    {
        Span<byte> all = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(all, number);
        width = Math.Min(width, bytes.Length - at);
        all[..width].CopyTo(bytes.AsSpan(at));
    }
}
