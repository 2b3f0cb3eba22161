using System.Text;

namespace KvCompose.Models.Tokenizers;

/// <summary>
/// The printable character that stands for each byte in a byte-level vocabulary (Radford et al. 2019): printable Latin-1
/// bytes stand for themselves, the others for the characters from U+0100 on.
/// </summary>
internal static class ByteAlphabet
{
    private static readonly char[] s_characters = CreateCharacters();
    private static readonly short[] s_bytes = CreateBytes();

    /// <summary>The character of a byte.</summary>
    public static char Character(byte value) => s_characters[value];

    /// <summary>The byte of a character, or −1.</summary>
    public static int Byte(char character) => character < s_bytes.Length ? s_bytes[character] : -1;

    /// <summary>The bytes of a spelling, or its UTF-8 if a character of it stands for no byte.</summary>
    public static byte[] BytesOrUtf8(string spelling)
    {
        var bytes = new byte[spelling.Length];
        for (int i = 0; i < bytes.Length; i++)
        {
            int value = Byte(spelling[i]);
            if (value < 0)
            {
                return Encoding.UTF8.GetBytes(spelling);
            }

            bytes[i] = (byte)value;
        }

        return bytes;
    }

    private static char[] CreateCharacters()
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

    private static short[] CreateBytes()
    {
        var bytes = new short[s_characters.Max() + 1];
        bytes.AsSpan().Fill(-1);
        for (int value = 0; value < 256; value++)
        {
            bytes[s_characters[value]] = (short)value;
        }

        return bytes;
    }
}
