using System.Text;
using KvCompose.Models.Tokenizers.Models;

namespace KvCompose.Models.Tokenizers.Vocabularies.Gguf;

/// <summary>Turns tokens into text like llama.cpp.</summary>
/// <param name="vocabulary">The tokens.</param>
/// <param name="types">Their kinds.</param>
/// <param name="byteAlphabet">Whether tokens are spelled in the byte alphabet, else with U+2581 for a space.</param>
internal sealed class LlamaCppDecoder(Vocabulary vocabulary, GgufTokenType[] types, bool byteAlphabet)
{
    /// <summary>Whether spaces before punctuation and contractions are removed.</summary>
    public bool CleansSpaces { get; init; }

    /// <summary>Whether one space at the start is not the text's own.</summary>
    public bool RemovesFirstSpace { get; init; }

    /// <summary>The token that encoding puts first.</summary>
    public int? First { get; init; }

    /// <summary>The token that encoding puts last.</summary>
    public int? Last { get; init; }

    public bool Shows(int id, bool skipSpecial)
        => id >= 0 && id < types.Length && !(skipSpecial && types[id] is GgufTokenType.Control or GgufTokenType.Unknown);

    public byte[] Decode(IReadOnlyList<int> ids, bool removeSpecial, bool showSpecial)
    {
        int start = 0, end = ids.Count;
        bool removeSpace = RemovesFirstSpace;
        if (removeSpecial && end > 0 && ids[0] == First)
        {
            removeSpace = false;
            start++;
        }

        if (removeSpecial && end > start && ids[end - 1] == Last)
        {
            end--;
        }

        var bytes = new List<byte>();
        for (int i = start; i < end; i++)
        {
            int from = bytes.Count;
            Append(ids[i], showSpecial, bytes);
            if (removeSpace && bytes.Count > from && bytes[from] == ' ')
            {
                bytes.RemoveAt(from);
            }

            removeSpace = false;
        }

        return CleansSpaces ? SpaceCleaner.Clean([.. bytes]) : [.. bytes];
    }

    private void Append(int id, bool showSpecial, List<byte> bytes)
    {
        if (vocabulary.Spelling(id) is not { } spelling)
        {
            return;
        }

        switch (types[id])
        {
            case GgufTokenType.Control or GgufTokenType.Unknown:
                bytes.AddRange(showSpecial ? Encoding.UTF8.GetBytes(spelling) : []);
                break;
            case GgufTokenType.UserDefined:
                bytes.AddRange(Encoding.UTF8.GetBytes(spelling));
                break;
            case GgufTokenType.Byte when spelling.Length == 6 && byte.TryParse(spelling.AsSpan(3, 2), System.Globalization.NumberStyles.HexNumber, null, out byte value):
                bytes.Add(value);
                break;
            case GgufTokenType.Normal when byteAlphabet:
                AppendAlphabet(spelling, bytes);
                break;
            case GgufTokenType.Normal:
                bytes.AddRange(Encoding.UTF8.GetBytes(spelling.Replace('▁', ' ')));
                break;
        }
    }

    private static void AppendAlphabet(string spelling, List<byte> bytes)
    {
        foreach (Rune rune in spelling.EnumerateRunes())
        {
            int value = rune.IsBmp ? ByteAlphabet.Byte((char)rune.Value) : -1;
            if (value >= 0)
            {
                bytes.Add((byte)value);
                continue;
            }

            string unknown = $"[UNK_BYTE_0x{Convert.ToHexStringLower(Encoding.UTF8.GetBytes(rune.ToString()))}{spelling}]"; // llama.cpp's own wording.
            bytes.AddRange(Encoding.UTF8.GetBytes(unknown));
        }
    }
}
