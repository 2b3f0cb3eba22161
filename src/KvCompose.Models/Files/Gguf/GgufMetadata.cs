using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace KvCompose.Models.Files.Gguf;

/// <summary>Typed access to the metadata of a GGUF file, with errors that name the file and the key.</summary>
internal sealed unsafe class GgufMetadata(MappedFile file, GgufParts parts)
{
    public string File => file.Path;

    /// <summary>In the file's order.</summary>
    public IReadOnlyList<string> Keys => parts.Keys;

    public bool Has(string key) => parts.Metadata.ContainsKey(key);

    public GgufValue? Find(string key) => parts.Metadata.TryGetValue(key, out GgufValue value) ? value : null;

    /// <summary>An integer of any type; an array of equal integers counts as one, as converters write values of every layer.</summary>
    public int Integer(string key, int least, int most, int? absent = null)
    {
        if (Find(key) is not { } value)
        {
            return absent ?? throw Missing(key);
        }

        if (value.Type == GgufType.Array && value.Count > 0 && GgufValue.IsIntegerType(value.ElementType))
        {
            GgufValue[] elements = Elements(key);
            value = elements.All(element => element == elements[0]) ? elements[0] : value;
        }

        return value.IsInteger && value.Integer >= least && value.Integer <= most
            ? (int)value.Integer
            : throw Wrong(key, $"an integer from {least} to {most}");
    }

    /// <summary>A finite number above one bound and at most another.</summary>
    public double Number(string key, double above, double most, double? absent = null)
    {
        if (Find(key) is not { } value)
        {
            return absent ?? throw Missing(key);
        }

        bool number = value.IsInteger || value.Type is GgufType.Float32 or GgufType.Float64;
        return number && value.Number > above && value.Number <= most
            ? value.Number
            : throw Wrong(key, string.Create(CultureInfo.InvariantCulture, $"a number above {above:R} and at most {most:R}"));
    }

    public bool Flag(string key, bool absent)
        => Find(key) is not { } value ? absent : value.Type == GgufType.Bool ? value.Bits != 0 : throw Wrong(key, "a bool");

    /// <summary>A string; bytes that are not UTF-8 become U+FFFD.</summary>
    public string? Text(string key)
        => Find(key) is not { } value ? null
            : value.Type == GgufType.String ? Encoding.UTF8.GetString(Bytes(value)) : throw Wrong(key, "a string");

    public string RequiredText(string key) => Text(key) ?? throw Missing(key);

    /// <summary>Elements of an array; 0 where the key is absent.</summary>
    public long Count(string key) => Find(key) is not { } value ? 0 : value.Type == GgufType.Array ? value.Count : throw Wrong(key, "an array");

    /// <summary>An array of strings, byte by byte as the file has them.</summary>
    public IReadOnlyList<byte[]> Strings(string key)
    {
        GgufValue array = Array(key, static type => type == GgufType.String, "an array of strings");
        var strings = new byte[array.Count][];
        var cursor = new GgufCursor(file.Start, array.Start + array.Bytes, File, array.Start);
        for (long i = 0; i < array.Count; i++)
        {
            strings[i] = cursor.String(key).ToArray();
        }

        return strings;
    }

    /// <summary>An array of 32-bit floats.</summary>
    public float[] Floats(string key)
    {
        GgufValue array = Array(key, static type => type == GgufType.Float32, "an array of Float32");
        return MemoryMarshal.Cast<byte, float>(Bytes(array)).ToArray();
    }

    /// <summary>An array of integers of any type.</summary>
    public int[] Integers(string key, int least, int most)
    {
        Array(key, GgufValue.IsIntegerType, "an array of integers");
        return [.. Elements(key).Select(element => element.Integer >= least && element.Integer <= most
            ? (int)element.Integer
            : throw Error($"'{key}' holds {element}, expected integers from {least} to {most}"))];
    }

    /// <summary>The elements of an array of numbers or flags.</summary>
    public GgufValue[] Elements(string key)
    {
        GgufValue array = Array(key, static type => GgufValues.Size(type) > 0, "an array of numbers or flags");
        var elements = new GgufValue[array.Count];
        var cursor = new GgufCursor(file.Start, array.Start + array.Bytes, File, array.Start);
        for (long i = 0; i < array.Count; i++)
        {
            elements[i] = GgufValues.ReadPlain(ref cursor, array.ElementType, key);
        }

        return elements;
    }

    /// <summary>The text of a string, or the elements of an array, as they stand in the file.</summary>
    public ReadOnlySpan<byte> Bytes(GgufValue value) => new(file.Start + value.Start, checked((int)value.Bytes));

    public ModelConfigurationException Missing(string key) => Error($"'{key}' is missing");

    public ModelConfigurationException Wrong(string key, string expected)
        => Error($"'{key}' is {Shown(key)}, expected {expected}");

    public ModelConfigurationException Error(string problem) => new(File, problem);

    private string Shown(string key)
        => Find(key) is { Type: GgufType.String, Bytes: <= 80 } text ? $"\"{Encoding.UTF8.GetString(Bytes(text))}\"" : $"{Find(key)}";

    private GgufValue Array(string key, Func<GgufType, bool> element, string expected)
    {
        GgufValue value = Find(key) ?? throw Missing(key);
        return value.Type == GgufType.Array && element(value.ElementType) ? value : throw Wrong(key, expected);
    }
}
