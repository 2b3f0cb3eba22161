namespace KvCompose.Models.Files.Gguf;

/// <summary>Reads metadata values: sizes, counts and nesting are checked before anything is skipped or kept.</summary>
internal static class GgufValues
{
    private const int MaxNesting = 8;

    public static GgufValue Read(ref GgufCursor cursor, string key)
    {
        GgufType type = Type(ref cursor, key);
        return type == GgufType.Array ? ReadArray(ref cursor, key, 1) : ReadPlain(ref cursor, type, key);
    }

    /// <summary>A number, flag or string.</summary>
    public static GgufValue ReadPlain(ref GgufCursor cursor, GgufType type, string key)
    {
        switch (Size(type))
        {
            case 1:
                byte bits = cursor.Byte(key);
                return type == GgufType.Bool && bits > 1
                    ? throw cursor.Error($"{key}: a bool of {bits}, expected 0 or 1")
                    : new GgufValue(type, bits);
            case 2:
                return new GgufValue(type, cursor.UInt16(key));
            case 4:
                return new GgufValue(type, cursor.UInt32(key));
            case 8:
                return new GgufValue(type, cursor.UInt64(key));
            default:
                int length = cursor.String(key).Length;
                return new GgufValue(type, 0, Start: cursor.Position - length, Bytes: length);
        }
    }

    public static GgufValue ReadArray(ref GgufCursor cursor, string key, int depth)
    {
        if (depth > MaxNesting)
        {
            throw cursor.Error($"{key}: arrays nested more than {MaxNesting} deep");
        }

        GgufType element = Type(ref cursor, key);
        ulong count = cursor.UInt64(key);
        int size = Size(element);
        long least = size > 0 ? size : element == GgufType.String ? sizeof(ulong) : sizeof(uint) + sizeof(ulong);
        if (count > (ulong)(cursor.Left / least))
        {
            throw cursor.Error($"{key}: an array of {count} {element}, {cursor.Left} bytes of the file are left");
        }

        long start = cursor.Position;
        if (size > 0)
        {
            cursor.Skip((long)count * size);
        }
        else
        {
            for (ulong i = 0; i < count; i++)
            {
                if (element == GgufType.String)
                {
                    cursor.String(key);
                }
                else
                {
                    ReadArray(ref cursor, key, depth + 1);
                }
            }
        }

        return new GgufValue(GgufType.Array, 0, element, (long)count, start, cursor.Position - start);
    }

    /// <summary>Bytes of a value of fixed size; 0 for the others.</summary>
    public static int Size(GgufType type) => type switch
    {
        GgufType.UInt8 or GgufType.Int8 or GgufType.Bool => 1,
        GgufType.UInt16 or GgufType.Int16 => 2,
        GgufType.UInt32 or GgufType.Int32 or GgufType.Float32 => 4,
        GgufType.UInt64 or GgufType.Int64 or GgufType.Float64 => 8,
        _ => 0,
    };

    private static GgufType Type(ref GgufCursor cursor, string key)
    {
        uint type = cursor.UInt32(key);
        return type <= (uint)GgufType.Float64
            ? (GgufType)type
            : throw cursor.Error($"{key}: value type {type}, expected 0 to {(uint)GgufType.Float64}");
    }
}
