using System.Buffers.Binary;
using System.Text.Json;

namespace KvCompose.Conformance.Reading;

/// <summary>Decodes the tensors of all families.</summary>
/// <remarks>
/// Stored: base64 of little-endian values in <c>b64</c> or <c>f32</c> (float32), <c>u16</c> (unsigned indices) or <c>i32</c>.
/// Constant: <c>fill</c>. Generated: <c>gen</c> = <c>sm64x4</c> with <c>seed</c> and <c>scale</c>, see <see cref="Sm64X4"/>.
/// </remarks>
public static class TensorReader
{
    private const long MostElements = 1L << 28;

    /// <summary>A float32 tensor field.</summary>
    public static Tensor Tensor(this JsonElement element, string name) => Read(element.Field(name), name);

    /// <summary>An index tensor field (<c>u16</c> or <c>i32</c>) as shape and values.</summary>
    public static (int[] Shape, int[] Values) IndexTensor(this JsonElement element, string name) =>
        ReadIndices(element.Field(name), name);

    /// <summary>Decodes an index tensor (<c>u16</c> or <c>i32</c>); <paramref name="name"/> only names it in messages.</summary>
    /// <exception cref="VectorFormatException">Another encoding, or the data do not fill the shape.</exception>
    public static (int[] Shape, int[] Values) ReadIndices(JsonElement tensor, string name)
    {
        int[] shape = Shape(tensor, name, out int count);
        var values = new int[count];
        if (tensor.OptionalText("i32") is { } words)
        {
            byte[] integers = Bytes(words, name, count * 4L);
            for (int i = 0; i < count; i++)
            {
                values[i] = BinaryPrimitives.ReadInt32LittleEndian(integers.AsSpan(i * 4));
            }

            return (shape, values);
        }

        byte[] bytes = Bytes(tensor.Text("u16"), name, count * 2L);
        for (int i = 0; i < count; i++)
        {
            values[i] = BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(i * 2));
        }

        return (shape, values);
    }

    /// <summary>Decodes a float32 tensor; <paramref name="name"/> only names it in messages.</summary>
    /// <exception cref="VectorFormatException">Unknown encoding, or the data do not fill the shape.</exception>
    public static Tensor Read(JsonElement tensor, string name)
    {
        int[] shape = Shape(tensor, name, out int count);
        if (tensor.Optional("gen") is not null)
        {
            return Generate(tensor, name, tensor.Seed("seed"), shape);
        }

        if (tensor.Optional("fill") is { } fill)
        {
            var constant = new float[count];
            Array.Fill(constant, (float)fill.AsNumber("fill"));
            return new Tensor(shape, constant);
        }

        string text = tensor.OptionalText("b64") ?? tensor.OptionalText("f32")
            ?? throw new VectorFormatException($"'{name}' is no tensor: neither b64, f32, fill nor gen");
        byte[] bytes = Bytes(text, name, count * 4L);
        var data = new float[count];
        for (int i = 0; i < count; i++)
        {
            data[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(i * 4));
        }

        return new Tensor(shape, data);
    }

    /// <summary>
    /// Layer <paramref name="layer"/> of a tensor that is generated per layer from <c>seed_base + layer * seed_step</c>.
    /// </summary>
    public static Tensor ReadLayer(JsonElement tensor, string name, int layer)
    {
        ulong seed = tensor.Seed("seed_base") + (ulong)layer * (ulong)tensor.Int("seed_step", 10);
        return Generate(tensor, name, seed, Shape(tensor, name, out _));
    }

    /// <summary>A tensor that is generated even if it does not say so: an entry of a list of weights.</summary>
    public static Tensor ReadGenerated(JsonElement tensor, string name) =>
        Generate(tensor, name, tensor.Seed("seed"), Shape(tensor, name, out _));

    private static Tensor Generate(JsonElement tensor, string name, ulong seed, int[] shape) => (tensor.OptionalText("gen") ?? "sm64x4") == "sm64x4"
        ? new Tensor(shape, Sm64X4.Fill(seed, Count(shape, name), (float)tensor.Number("scale", 1)))
        : throw new VectorFormatException($"'{name}' names the unknown generator '{tensor.Text("gen")}'");

    private static ulong Seed(this JsonElement tensor, string name)
    {
        JsonElement seed = tensor.Field(name);
        if (seed.ValueKind == JsonValueKind.Number && seed.TryGetUInt64(out ulong unsigned))
        {
            return unsigned;
        }

        return seed.ValueKind == JsonValueKind.Number && seed.TryGetInt64(out long signed)
            ? unchecked((ulong)signed)
            : throw new VectorFormatException($"'{name}' is no 64-bit integer");
    }

    private static int[] Shape(JsonElement tensor, string name, out int count)
    {
        int[] shape = tensor.Ints("shape");
        count = Count(shape, name);
        return shape;
    }

    private static int Count(int[] shape, string name)
    {
        long count = 1;
        foreach (int length in shape)
        {
            count = length < 0 ? -1 : count * length;
            if (count is < 0 or > MostElements)
            {
                throw new VectorFormatException($"'{name}' has the impossible shape [{string.Join(",", shape)}]");
            }
        }

        return (int)count;
    }

    private static byte[] Bytes(string text, string name, long expected)
    {
        byte[] bytes;
        try
        {
            bytes = Convert.FromBase64String(text);
        }
        catch (FormatException)
        {
            throw new VectorFormatException($"'{name}' is no base64");
        }

        return bytes.Length == expected
            ? bytes
            : throw new VectorFormatException($"'{name}' holds {bytes.Length} bytes, its shape needs {expected}");
    }
}
