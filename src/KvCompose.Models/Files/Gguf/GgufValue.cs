using System.Globalization;

namespace KvCompose.Models.Files.Gguf;

/// <summary>
/// A metadata value. Numbers and flags are kept as their bits; of a string or an array the file's own bytes are kept, which stay
/// valid as long as the file is open.
/// </summary>
/// <param name="Type">Its type.</param>
/// <param name="Bits">The number; for a float its bits.</param>
/// <param name="ElementType">Type of an array's elements.</param>
/// <param name="Count">Elements of an array.</param>
/// <param name="Start">First byte of a string's text, or of an array's elements, in the file.</param>
/// <param name="Bytes">Bytes of the text or of the elements.</param>
internal readonly record struct GgufValue(
    GgufType Type, ulong Bits, GgufType ElementType = default, long Count = 0, long Start = 0, long Bytes = 0)
{
    public bool IsInteger => IsIntegerType(Type);

    public static bool IsIntegerType(GgufType type)
        => type is GgufType.UInt8 or GgufType.Int8 or GgufType.UInt16 or GgufType.Int16 or GgufType.UInt32 or GgufType.Int32
            or GgufType.UInt64 or GgufType.Int64;

    /// <summary>The value of an integer.</summary>
    public Int128 Integer => Type switch
    {
        GgufType.Int8 => (sbyte)Bits,
        GgufType.Int16 => (short)Bits,
        GgufType.Int32 => (int)Bits,
        GgufType.Int64 => (long)Bits,
        _ => Bits,
    };

    /// <summary>The value of a float or an integer.</summary>
    public double Number => Type switch
    {
        GgufType.Float32 => BitConverter.UInt32BitsToSingle((uint)Bits),
        GgufType.Float64 => BitConverter.UInt64BitsToDouble(Bits),
        _ => (double)Integer,
    };

    /// <summary>What a message says about it.</summary>
    public override string ToString() => Type switch
    {
        GgufType.String => $"a string of {Bytes} bytes",
        GgufType.Array => $"an array of {Count} {ElementType}",
        GgufType.Bool => Bits == 0 ? "false" : "true",
        GgufType.Float32 or GgufType.Float64 => $"{Type} {Number.ToString("R", CultureInfo.InvariantCulture)}",
        _ => $"{Type} {Integer.ToString(CultureInfo.InvariantCulture)}",
    };
}
