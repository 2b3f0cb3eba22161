namespace ILGPU;

/// <summary>The bits of numbers.</summary>
public static class Interop
{
    /// <summary>The bits of a half.</summary>
    public static ushort FloatAsInt(Half value) => value.Bits;

    /// <summary>The bits of a float.</summary>
    public static uint FloatAsInt(float value) => BitConverter.SingleToUInt32Bits(value);

    /// <summary>The half with these bits.</summary>
    public static Half IntAsFloat(ushort value) => new(value);

    /// <summary>The float with these bits.</summary>
    public static float IntAsFloat(uint value) => BitConverter.UInt32BitsToSingle(value);
}
