using System.Runtime.InteropServices;
using System.Text.Json;
using KvCompose.Conformance.Reading;

namespace KvCompose.Conformance.Kinds.Checkpoints;

/// <summary>Tensors of 32-bit integers.</summary>
internal static class IntTensor
{
    public static int[] Read(JsonElement tensor)
        => MemoryMarshal.Cast<byte, int>(Convert.FromBase64String(tensor.Text("i32"))).ToArray();
}
