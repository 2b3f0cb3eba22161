using System.Runtime.Intrinsics;

namespace KvCompose.Models.Kernels.Blocks;

/// <summary>
/// A stored type whose numbers are scale · code + minimum with codes of a byte. Products take 256 numbers (a group) at a time: one
/// large block, or eight small ones. A group has 8 parts of 32 numbers; part 2 · pair + which is named by these two.
/// </summary>
internal unsafe interface ICodeBlocks : IStoredNumbers
{
    /// <summary>Whether 16 numbers share a scale, rather than 32.</summary>
    static abstract bool HasHalves { get; }

    /// <summary>Whether numbers have a minimum.</summary>
    static abstract bool HasMinima { get; }

    /// <summary>Whether codes are the 16 nibbles, or what stands in <see cref="Levels"/> for them: 512-bit vectors look them up.</summary>
    static abstract bool HasLevels { get; }

    /// <summary>The code of every nibble; only of types with levels.</summary>
    static abstract Vector512<float> Levels { get; }

    /// <summary>Writes the scales of a group: one for each part, two where there are halves. Parts after the last get 0.</summary>
    static abstract void Scales(byte* group, int parts, float* scales);

    /// <summary>Writes the minima of a group's parts, 0 after the last.</summary>
    static abstract void Minima(byte* group, int parts, float* minima);

    /// <summary>A half of a part: 16 codes.</summary>
    static abstract Vector128<sbyte> Codes(byte* group, nint pair, int which, int half);

    /// <summary>A quarter of a part: 8 codes.</summary>
    static abstract Vector256<int> Quarter(byte* group, nint pair, int which, int quarter);

    /// <summary>A half of a part: 16 codes, or numbers whose low four bits are nibbles where there are levels.</summary>
    static abstract Vector512<int> Half(byte* group, nint pair, int which, int half);
}
