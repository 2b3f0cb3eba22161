using System.Text;

namespace KvCompose.Models.Tokenizers;

/// <summary>
/// The printable character that stands for each byte in a byte-level vocabulary (Radford et al. 2019): printable Latin-1
/// bytes stand for themselves, the others for the characters from U+0100 on.
/// </summary>
internal static class ByteAlphabet
{
    private static readonly char[] Characters = Create();
    private static readonly Dictionary<char, byte> Bytes =
        Characters.Select((c, i) => (c, i)).ToDictionary(pair => pair.c, pair => (byte)pair.i);

    /// <summary>The character of a byte.</summary>
    public static char Character(byte value) => Characters[value];

    /// <summary>The bytes that a token spells; one with a character outside the alphabet spells itself.</summary>
    public static byte[] Decode(string token)
    {
        var bytes = new byte[token.Length];
        for (int i = 0; i < bytes.Length; i++)
        {
            if (!Bytes.TryGetValue(token[i], out bytes[i]))
            {
                return Encoding.UTF8.GetBytes(token);
            }
        }

        return bytes;
    }

    private static char[] Create()
    {
        var characters = new char[256];
        int next = 256;
        for (int value = 0; value < 256; value++)
        {
            bool printable = value is >= '!' and <= '~' or >= 0xA1 and <= 0xAC or >= 0xAE;
            characters[value] = (char)(printable ? value : next++);
        }

        return characters;
    }
}
