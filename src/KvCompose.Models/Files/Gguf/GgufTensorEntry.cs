namespace KvCompose.Models.Files.Gguf;

/// <summary>A tensor as a file lists it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">How it is stored.</param>
/// <param name="Shape">Extents, the contiguous one last: the reverse of the file's order.</param>
/// <param name="Offset">Its first byte, counted from the start of the data.</param>
/// <param name="Bytes">Its length.</param>
internal sealed record GgufTensorEntry(string Name, StoredType Type, long[] Shape, long Offset, long Bytes)
{
    private const int MaxDimensions = 4;

    public static GgufTensorEntry Read(ref GgufCursor cursor, string name, long alignment)
    {
        string what = $"tensor '{name}'";
        uint dimensions = cursor.UInt32(what);
        if (dimensions > MaxDimensions)
        {
            throw cursor.Error($"{what} has {dimensions} dimensions, expected at most {MaxDimensions}");
        }

        var shape = new long[dimensions];
        Int128 count = 1;
        for (int i = 0; i < shape.Length; i++)
        {
            ulong extent = cursor.UInt64(what);
            if (extent > long.MaxValue)
            {
                throw cursor.Error($"{what} has dimension {i} of {extent}");
            }

            shape[^(i + 1)] = (long)extent;
            count *= extent;
            if (count > long.MaxValue)
            {
                throw cursor.Error($"{what} has more than 2^63 elements");
            }
        }

        uint number = cursor.UInt32(what);
        if (!StoredTypes.IsKnown(number))
        {
            throw cursor.Error($"{what} is stored as {StoredTypes.NameOf(number)}, which is not read");
        }

        var type = (StoredType)(int)number;
        (int values, int bytes) = StoredTypes.Block(type);
        if ((shape.Length == 0 ? 1 : shape[^1]) % values != 0)
        {
            throw cursor.Error($"{what} has rows of {shape[^1]} values, blocks of {type} have {values}");
        }

        ulong offset = cursor.UInt64(what);
        Int128 size = count / values * bytes;
        if (offset > long.MaxValue || size > long.MaxValue)
        {
            throw cursor.Error($"{what} begins at byte {offset} of the data and takes {size}");
        }

        return (long)offset % alignment == 0
            ? new GgufTensorEntry(name, type, shape, (long)offset, (long)size)
            : throw cursor.Error($"{what} begins at byte {offset} of the data, which is no multiple of the alignment {alignment}");
    }

    /// <summary>Every tensor lies within the file, and none in another.</summary>
    public static void CheckPlaces(IReadOnlyList<GgufTensorEntry> tensors, long dataStart, long length, string file)
    {
        foreach (GgufTensorEntry tensor in tensors)
        {
            Int128 end = (Int128)dataStart + tensor.Offset + tensor.Bytes;
            if (end > length)
            {
                throw new CheckpointFormatException(file, $"tensor '{tensor.Name}' ends at byte {end}, the file is {length} bytes long");
            }
        }

        GgufTensorEntry? before = null;
        foreach (GgufTensorEntry tensor in tensors.Where(static tensor => tensor.Bytes > 0).OrderBy(static tensor => tensor.Offset))
        {
            if (before is not null && tensor.Offset < before.Offset + before.Bytes)
            {
                throw new CheckpointFormatException(file, $"tensor '{tensor.Name}' lies in the bytes of tensor '{before.Name}'");
            }

            before = tensor;
        }
    }
}
