using System.Text.Json;
using KvCompose.Conformance.Reading;

namespace KvCompose.Conformance.Kinds.Cake;

/// <summary>Reads the positions that the heads of one layer hold.</summary>
internal static class CakePositions
{
    /// <summary>An index tensor [B, Hkv, kept] as one list of positions per head, rows one after the other.</summary>
    public static int[][] Heads(JsonElement tensor, string name)
    {
        (int[] shape, int[] values) = TensorReader.ReadIndices(tensor, name);
        return shape.Length == 3
            ? [.. Enumerable.Range(0, shape[0] * shape[1]).Select(head => values.AsSpan(head * shape[2], shape[2]).ToArray())]
            : throw new VectorFormatException($"'{name}' has {shape.Length} axes, not batch, heads and positions");
    }
}
