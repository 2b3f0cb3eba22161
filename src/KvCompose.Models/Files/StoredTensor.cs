using KvCompose.Memory;

namespace KvCompose.Models.Files;

/// <summary>One tensor of a file, of which name, shape and place were checked against the file's length.</summary>
/// <param name="File">The file that holds it.</param>
/// <param name="Name">Its name.</param>
/// <param name="Type">How its numbers are stored.</param>
/// <param name="TypeName">The type as the file spells it.</param>
/// <param name="Shape">Extents, the contiguous one last.</param>
/// <param name="Offset">Its first byte, counted from the start of the file.</param>
/// <param name="Bytes">Its length.</param>
internal sealed record StoredTensor(
    MappedFile File, string Name, StoredType Type, string TypeName, long[] Shape, long Offset, long Bytes)
{
    /// <summary>Memory that holds it in another order or form than the file has it; null for as the file has it.</summary>
    public NativeFloats? Own { get; init; }

    public string ShapeText => $"[{string.Join(", ", Shape)}]";

    /// <summary>Numbers that it holds.</summary>
    public long Count
    {
        get
        {
            long count = 1;
            foreach (long extent in Shape)
            {
                count *= extent;
            }

            return count;
        }
    }

    /// <summary>Its first byte in memory.</summary>
    public unsafe byte* Data => Own is { } own ? (byte*)own.Pointer : File.Start + Offset;
}
