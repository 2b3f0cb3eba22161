using System.Text.Json;

namespace KvCompose.Models.Files.Safetensors;

/// <summary>
/// The JSON header of a safetensors file. What it says is checked against the length of the file before anybody allocates
/// by it: known types, shapes that fill their bytes exactly, and tensors that cover the data without gap or overlap.
/// </summary>
internal static class SafetensorsHeader
{
    private static readonly Dictionary<string, (StoredType Type, int Bits)> Types = new()
    {
        ["F64"] = (StoredType.Other, 64),
        ["F32"] = (StoredType.F32, 32),
        ["F16"] = (StoredType.F16, 16),
        ["BF16"] = (StoredType.BF16, 16),
        ["I64"] = (StoredType.Other, 64),
        ["I32"] = (StoredType.Other, 32),
        ["I16"] = (StoredType.Other, 16),
        ["I8"] = (StoredType.Other, 8),
        ["U64"] = (StoredType.Other, 64),
        ["U32"] = (StoredType.Other, 32),
        ["U16"] = (StoredType.Other, 16),
        ["U8"] = (StoredType.Other, 8),
        ["BOOL"] = (StoredType.Other, 8),
        ["F8_E4M3"] = (StoredType.Other, 8),
        ["F8_E5M2"] = (StoredType.Other, 8),
        ["F8_E8M0"] = (StoredType.Other, 8),
        ["F8_E4M3FNUZ"] = (StoredType.Other, 8),
        ["F8_E5M2FNUZ"] = (StoredType.Other, 8),
        ["F6_E2M3"] = (StoredType.Other, 6),
        ["F6_E3M2"] = (StoredType.Other, 6),
        ["F4"] = (StoredType.Other, 4),
        ["C64"] = (StoredType.Other, 64),
        ["C128"] = (StoredType.Other, 128),
    };

    /// <summary>The tensors of a header.</summary>
    /// <param name="json">The header.</param>
    /// <param name="dataBytes">Bytes of the file after the header.</param>
    /// <param name="file">For messages.</param>
    public static Dictionary<string, TensorEntry> Parse(ReadOnlySpan<byte> json, long dataBytes, string file)
    {
        var tensors = new Dictionary<string, TensorEntry>();
        try
        {
            var reader = new Utf8JsonReader(json);
            Expect(ref reader, JsonTokenType.StartObject, "the header", file);
            while (ReadPropertyName(ref reader, file) is { } name)
            {
                if (name == "__metadata__")
                {
                    reader.Read();
                    reader.Skip();
                }
                else if (!tensors.TryAdd(name, ReadTensor(ref reader, name, dataBytes, file)))
                {
                    throw new CheckpointFormatException(file, $"tensor '{name}' appears twice");
                }
            }

            if (reader.Read())
            {
                throw new CheckpointFormatException(file, "the header goes on behind its object");
            }
        }
        catch (JsonException exception)
        {
            throw new CheckpointFormatException(file, $"the header is not JSON: {exception.Message}", exception);
        }

        CheckCoverage(tensors.Values, dataBytes, file);
        return tensors;
    }

    private static TensorEntry ReadTensor(ref Utf8JsonReader reader, string name, long dataBytes, string file)
    {
        string? type = null;
        long[]? shape = null, offsets = null;
        Expect(ref reader, JsonTokenType.StartObject, $"tensor '{name}'", file);
        while (ReadPropertyName(ref reader, file) is { } field)
        {
            switch (field)
            {
                case "dtype":
                    Expect(ref reader, JsonTokenType.String, $"dtype of '{name}'", file);
                    type = ReadString(ref reader, file);
                    break;
                case "shape":
                    shape = ReadIntegers(ref reader, $"shape of '{name}'", file);
                    break;
                case "data_offsets":
                    offsets = ReadIntegers(ref reader, $"data_offsets of '{name}'", file);
                    break;
                default:
                    throw new CheckpointFormatException(file, $"tensor '{name}' has an unknown field '{field}'");
            }
        }

        if (type is null || shape is null || offsets is null)
        {
            throw new CheckpointFormatException(file, $"tensor '{name}' lacks dtype, shape or data_offsets");
        }

        if (!Types.TryGetValue(type, out (StoredType Type, int Bits) known))
        {
            throw new CheckpointFormatException(file, $"dtype of '{name}' is {type}, which is not known");
        }

        if (offsets.Length != 2 || offsets[0] > offsets[1] || offsets[1] > dataBytes)
        {
            throw new CheckpointFormatException(
                file, $"data_offsets of '{name}' are [{string.Join(", ", offsets)}], the file holds {dataBytes} bytes of data");
        }

        var entry = new TensorEntry(name, known.Type, type, shape, offsets[0], offsets[1] - offsets[0]);
        Int128 bits = known.Bits, fileBits = (Int128)entry.Bytes * 8;
        foreach (long extent in shape)
        {
            bits = bits > fileBits && extent != 0 ? bits : bits * extent;
        }

        return bits == fileBits
            ? entry
            : throw new CheckpointFormatException(
                file, $"tensor '{name}' of shape {entry.ShapeText} and type {type} does not fill its {entry.Bytes} bytes");
    }

    private static void CheckCoverage(IEnumerable<TensorEntry> tensors, long dataBytes, string file)
    {
        long end = 0;
        foreach (TensorEntry tensor in tensors.OrderBy(tensor => tensor.Offset).ThenBy(tensor => tensor.Bytes))
        {
            if (tensor.Offset != end)
            {
                throw new CheckpointFormatException(
                    file, $"tensor '{tensor.Name}' begins at byte {tensor.Offset} of the data, the one before it ends at {end}");
            }

            end += tensor.Bytes;
        }

        if (end != dataBytes)
        {
            throw new CheckpointFormatException(file, $"tensors take {end} bytes, the file holds {dataBytes} bytes of data");
        }
    }

    private static long[] ReadIntegers(ref Utf8JsonReader reader, string what, string file)
    {
        var integers = new List<long>();
        Expect(ref reader, JsonTokenType.StartArray, what, file);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out long integer) || integer < 0)
            {
                throw new CheckpointFormatException(file, $"{what} holds something that is not a non-negative integer");
            }

            integers.Add(integer);
        }

        return [.. integers];
    }

    private static string? ReadPropertyName(ref Utf8JsonReader reader, string file)
    {
        reader.Read();
        return reader.TokenType == JsonTokenType.EndObject ? null : ReadString(ref reader, file);
    }

    private static string ReadString(ref Utf8JsonReader reader, string file)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException exception)
        {
            throw new CheckpointFormatException(file, "the header holds a string that is not valid Unicode", exception);
        }
    }

    private static void Expect(ref Utf8JsonReader reader, JsonTokenType type, string what, string file)
    {
        if (!reader.Read() || reader.TokenType != type)
        {
            throw new CheckpointFormatException(file, $"{what} is a JSON {reader.TokenType}, expected {type}");
        }
    }
}
