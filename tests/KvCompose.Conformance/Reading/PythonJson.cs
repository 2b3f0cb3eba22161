using System.Text.Json;

namespace KvCompose.Conformance.Reading;

/// <summary>
/// JSON as Python's json module writes it: with the bare words NaN, Infinity and -Infinity, which JSON does not have. They
/// become the texts of the same name, which <see cref="VectorJson.AsNumber"/> reads as numbers.
/// </summary>
public static class PythonJson
{
    /// <summary>Parses a file's bytes.</summary>
    /// <exception cref="JsonException">Not JSON apart from those words.</exception>
    public static JsonElement Parse(byte[] utf8)
    {
        using JsonDocument document = JsonDocument.Parse(QuoteWords(utf8));
        return document.RootElement.Clone();
    }

    private static ReadOnlyMemory<byte> QuoteWords(byte[] utf8)
    {
        var quoted = new MemoryStream(utf8.Length + 64);
        bool inText = false;
        for (int i = 0; i < utf8.Length; i++)
        {
            if (!inText && Word(utf8.AsSpan(i)) is { Length: > 0 } word)
            {
                quoted.WriteByte((byte)'"');
                quoted.Write(word);
                quoted.WriteByte((byte)'"');
                i += word.Length - 1;
                continue;
            }

            quoted.WriteByte(utf8[i]);
            if (inText && utf8[i] == '\\' && i + 1 < utf8.Length)
            {
                quoted.WriteByte(utf8[++i]);
            }
            else if (utf8[i] == '"')
            {
                inText = !inText;
            }
        }

        return quoted.GetBuffer().AsMemory(0, (int)quoted.Length);
    }

    private static ReadOnlySpan<byte> Word(ReadOnlySpan<byte> rest) =>
        rest.StartsWith("NaN"u8) ? "NaN"u8
        : rest.StartsWith("Infinity"u8) ? "Infinity"u8
        : rest.StartsWith("-Infinity"u8) ? "-Infinity"u8
        : default;
}
