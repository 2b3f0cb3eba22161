using System.Runtime.InteropServices;
using System.Text;

namespace KvCompose.Models.Tests.Support;

/// <summary>Writes safetensors bytes.</summary>
internal static class SafetensorsWriter
{
    public static byte[] Write(IEnumerable<(string Name, int[] Shape, float[] Values)> tensors, string type)
    {
        var header = new StringBuilder("{\"__metadata__\":{\"format\":\"pt\"}");
        using var data = new MemoryStream();
        foreach ((string name, int[] shape, float[] values) in tensors)
        {
            long start = data.Length;
            data.Write(Convert(values, type));
            header.Append($",\"{name}\":{{\"dtype\":\"{type}\",\"shape\":[{string.Join(',', shape)}],\"data_offsets\":[{start},{data.Length}]}}");
        }

        return Join(header.Append('}').ToString(), data.ToArray());
    }

    /// <summary>Length, header and data of a file, whatever they say.</summary>
    public static byte[] Join(string header, byte[] data)
    {
        byte[] json = Encoding.UTF8.GetBytes(header);
        return [.. BitConverter.GetBytes((ulong)json.Length), .. json, .. data];
    }

    private static byte[] Convert(float[] values, string type) => type switch
    {
        "F32" => MemoryMarshal.AsBytes(values.AsSpan()).ToArray(),
        "F16" => MemoryMarshal.AsBytes(values.Select(value => (Half)value).ToArray().AsSpan()).ToArray(),
        "BF16" => MemoryMarshal.AsBytes(values.Select(RoundToBFloat16).ToArray().AsSpan()).ToArray(),
        _ => throw new ArgumentException(type),
    };

    private static ushort RoundToBFloat16(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        return (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }
}
