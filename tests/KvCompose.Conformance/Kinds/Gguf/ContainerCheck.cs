using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using KvCompose.Conformance.Comparing;
using KvCompose.Conformance.Reading;
using KvCompose.Models.Files;
using KvCompose.Models.Files.Gguf;

namespace KvCompose.Conformance.Kinds.Gguf;

/// <summary>Compares what was read from a GGUF file with what a vector lists.</summary>
internal static class ContainerCheck
{
    public static void Metadata(JsonElement[] expected, GgufMetadata metadata, IReadOnlyList<string> ignored)
    {
        string[] keys = [.. metadata.Keys.Where(key => !ignored.Contains(key))];
        Expect.Equal<string>([.. expected.Select(entry => entry.Text("key"))], keys, "keys");
        foreach (JsonElement entry in expected)
        {
            string key = entry.Text("key");
            GgufValue value = metadata.Find(key)!.Value;
            if (entry.Text("type") == "ARRAY")
            {
                byte[] bytes = metadata.Bytes(value).ToArray();
                int end = Array(entry, value, bytes, key);
                Expect.Equal(bytes.Length, end, $"bytes of '{key}'");
            }
            else
            {
                Expect.Equal(entry.Text("type"), value.Type.ToString().ToUpperInvariant(), $"type of '{key}'");
                string text = value.Type == GgufType.String ? Encoding.UTF8.GetString(metadata.Bytes(value)) : Written(value);
                Expect.Equal(Written(entry.Field("value")), text, $"'{key}'");
            }
        }
    }

    public static unsafe void Tensor(JsonElement expected, StoredTensor tensor, long dataOffset)
    {
        string name = expected.Text("name");
        Expect.Equal(name, tensor.Name, "tensor");
        Expect.Equal<int>(expected.Ints("shape"), [.. tensor.Shape.Select(extent => (int)extent)], $"shape of '{name}'");
        Expect.Equal(expected.Text("type"), tensor.Type.ToString(), $"type of '{name}'");
        Expect.Equal(dataOffset + (long)expected.Number("offset"), tensor.Offset, $"place of '{name}'");
        Expect.Equal((long)expected.Number("bytes"), tensor.Bytes, $"bytes of '{name}'");
        byte[] hash = SHA256.HashData(new ReadOnlySpan<byte>(tensor.Data, (int)tensor.Bytes));
        Expect.Equal(expected.Text("sha256"), Convert.ToHexStringLower(hash), $"content of '{name}'");
    }

    /// <summary>Compares the elements of an array, which stand in its bytes; returns where they end.</summary>
    private static int Array(JsonElement expected, GgufValue value, byte[] bytes, string key)
    {
        Expect.Equal(expected.Text("element_type"), value.ElementType.ToString().ToUpperInvariant(), $"element type of '{key}'");
        Expect.Equal(expected.Int("count"), (int)value.Count, $"count of '{key}'");
        return Elements(expected, bytes, 0, value.ElementType, key);
    }

    private static unsafe int Elements(JsonElement expected, byte[] bytes, int at, GgufType type, string key)
    {
        fixed (byte* start = bytes)
        {
            var cursor = new GgufCursor(start, bytes.Length, key, at);
            int i = 0;
            foreach (JsonElement element in expected.List("values"))
            {
                string what = $"'{key}'[{i++}]";
                if (type == GgufType.Array)
                {
                    GgufType inner = (GgufType)cursor.UInt32(what);
                    Expect.Equal(element.Text("element_type"), inner.ToString().ToUpperInvariant(), $"element type of {what}");
                    Expect.Equal((ulong)element.Int("count"), cursor.UInt64(what), $"count of {what}");
                    int end = Elements(element, bytes, (int)cursor.Position, inner, what);
                    cursor.Skip(end - cursor.Position);
                }
                else if (type == GgufType.String)
                {
                    Expect.Equal(element.GetString(), Encoding.UTF8.GetString(cursor.String(what)), what);
                }
                else
                {
                    Expect.Equal(Written(element), Written(GgufValues.ReadPlain(ref cursor, type, what)), what);
                }
            }

            return (int)cursor.Position;
        }
    }

    private static string Written(GgufValue value) => value.Type switch
    {
        GgufType.Bool => value.Bits != 0 ? "true" : "false",
        GgufType.Float32 or GgufType.Float64 => Written(value.Number),
        _ => value.Integer.ToString(CultureInfo.InvariantCulture),
    };

    private static string Written(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        JsonValueKind.String => Word(value.GetString()!),
        JsonValueKind.Number when value.GetRawText().AsSpan().IndexOfAny('.', 'e', 'E') < 0 => value.GetRawText(),
        _ => Written(value.GetDouble()),
    };

    private static string Written(double number)
        => double.IsNaN(number) ? "nan" : double.IsInfinity(number) ? (number > 0 ? "inf" : "-inf")
            : number == 0 ? (double.IsNegative(number) ? "-0.0" : "0.0")
            : Math.Abs(number) < 1e15 && number == Math.Truncate(number) ? number.ToString("F1", CultureInfo.InvariantCulture)
            : number.ToString("R", CultureInfo.InvariantCulture);

    private static string Word(string text) => text switch
    {
        "NaN" => "nan",
        "Infinity" => "inf",
        "-Infinity" => "-inf",
        _ => text,
    };
}
