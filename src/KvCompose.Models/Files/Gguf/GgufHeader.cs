using System.Text;

namespace KvCompose.Models.Files.Gguf;

/// <summary>
/// Reads what stands before the data of a GGUF file, versions 2 and 3: metadata and the list of tensors. Nothing that the file
/// says is believed: counts are compared with the bytes that are left before anything is allocated by them.
/// </summary>
internal static unsafe class GgufHeader
{
    private const uint Magic = 0x46554747; // "GGUF"
    private const int MaxNameBytes = 65_535; // What the format's description allows for a key.
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static GgufParts Read(byte* start, long length, string file)
    {
        var cursor = new GgufCursor(start, length, file);
        (ulong tensors, ulong keys, uint version) = ReadCounts(ref cursor);
        var order = new List<string>();
        var metadata = new Dictionary<string, GgufValue>();
        for (ulong i = 0; i < keys; i++)
        {
            string key = Name(ref cursor, $"metadata key {i}");
            if (key.Length == 0)
            {
                throw cursor.Error($"metadata key {i} is empty");
            }

            if (!metadata.TryAdd(key, GgufValues.Read(ref cursor, $"'{key}'")))
            {
                throw cursor.Error($"the key '{key}' appears twice");
            }

            order.Add(key);
        }

        long alignment = Alignment(metadata, file);
        var entries = new List<GgufTensorEntry>();
        var names = new HashSet<string>();
        for (ulong i = 0; i < tensors; i++)
        {
            GgufTensorEntry entry = GgufTensorEntry.Read(ref cursor, Name(ref cursor, $"tensor {i}"), alignment);
            if (!names.Add(entry.Name))
            {
                throw cursor.Error($"tensor '{entry.Name}' appears twice");
            }

            entries.Add(entry);
        }

        long dataStart = (cursor.Position + alignment - 1) / alignment * alignment;
        GgufTensorEntry.CheckPlaces(entries, dataStart, length, file);
        return new GgufParts(version, alignment, dataStart, order, metadata, entries);
    }

    private static (ulong Tensors, ulong Keys, uint Version) ReadCounts(ref GgufCursor cursor)
    {
        uint magic = cursor.UInt32("magic");
        if (magic != Magic)
        {
            throw cursor.Error($"magic is 0x{magic:X8}, expected 'GGUF': this is no GGUF file");
        }

        uint version = cursor.UInt32("version");
        if (version is not (2 or 3))
        {
            bool bigEndian = (version & 0xFFFF) == 0 && version != 0;
            throw cursor.Error(bigEndian
                ? $"version is 0x{version:X8}: a big-endian file, which is not read"
                : $"version is {version}, expected 2 or 3");
        }

        ulong tensors = cursor.UInt64("tensor count"), keys = cursor.UInt64("metadata count");
        if (tensors > (ulong)cursor.Left)
        {
            throw cursor.Error($"tensor count is {tensors}, {cursor.Left} bytes of the file are left");
        }

        return keys <= (ulong)cursor.Left
            ? (tensors, keys, version)
            : throw cursor.Error($"metadata count is {keys}, {cursor.Left} bytes of the file are left");
    }

    private static string Name(ref GgufCursor cursor, string what)
    {
        ReadOnlySpan<byte> bytes = cursor.String(what);
        if (bytes.Length > MaxNameBytes)
        {
            throw cursor.Error($"{what} has a name of {bytes.Length} bytes, expected at most {MaxNameBytes}");
        }

        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw cursor.Error($"{what} has a name that is not UTF-8");
        }
    }

    private static long Alignment(Dictionary<string, GgufValue> metadata, string file)
    {
        const string Key = "general.alignment";
        if (!metadata.TryGetValue(Key, out GgufValue value))
        {
            return 32;
        }

        return value.IsInteger && value.Integer > 0 && value.Integer <= uint.MaxValue && Int128.IsPow2(value.Integer)
            ? (long)value.Integer
            : throw new CheckpointFormatException(file, $"'{Key}' is {value}, expected a power of two");
    }
}

/// <summary>What a header says.</summary>
internal sealed record GgufParts(
    uint Version, long Alignment, long DataStart, IReadOnlyList<string> Keys, IReadOnlyDictionary<string, GgufValue> Metadata,
    IReadOnlyList<GgufTensorEntry> Tensors);
