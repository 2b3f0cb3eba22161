using System.Runtime.Intrinsics;

namespace KvCompose.Models.Kernels.Blocks;

/// <summary>
/// A stored type whose numbers are scale · code + minimum with codes of a byte. Products take the codes as they are, 256 numbers (a
/// group) at a time: one large block, or eight small ones. A group has 8 parts of 32 numbers.
/// </summary>
internal unsafe interface ICodeBlocks : IStoredNumbers
{
    /// <summary>Whether 16 numbers share a scale, rather than 32.</summary>
    static abstract bool HasHalves { get; }

    /// <summary>Whether numbers have a minimum.</summary>
    static abstract bool HasMinima { get; }

    /// <summary>Writes the scales of a group: one for each part, two where there are halves. Parts behind the last get 0.</summary>
    static abstract void Scales(byte* group, int parts, float* scales);

    /// <summary>The minima of a group's parts, 0 behind the last.</summary>
    static abstract Vector256<float> Minima(byte* group, int parts);

    /// <summary>The codes of part 2 · pair + which.</summary>
    static abstract Vector256<sbyte> Codes(byte* group, int pair, int which);

    /// <summary>A half of what <see cref="Codes(byte*, int, int)"/> gives.</summary>
    static abstract Vector128<sbyte> Codes(byte* group, int pair, int which, int half);
}
