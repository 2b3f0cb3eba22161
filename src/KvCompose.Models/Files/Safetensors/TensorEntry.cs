namespace KvCompose.Models.Files.Safetensors;

/// <summary>One tensor as a safetensors header announces it; its bytes are known to lie within the file.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Element type.</param>
/// <param name="TypeName">Element type as the file spells it.</param>
/// <param name="Shape">Extents; their product times the element size is <paramref name="Bytes"/>.</param>
/// <param name="Offset">First byte, counted from the end of the header.</param>
/// <param name="Bytes">Length.</param>
internal sealed record TensorEntry(string Name, StoredType Type, string TypeName, long[] Shape, long Offset, long Bytes)
{
    public string ShapeText => $"[{string.Join(", ", Shape)}]";
}
