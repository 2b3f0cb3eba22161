using System.Runtime.Intrinsics;

namespace KvCompose.Models.Kernels.Blocks;

/// <summary>A stored type whose numbers stand by themselves, in vectors of floats.</summary>
internal unsafe interface IWideNumbers : IStoredNumbers
{
    /// <summary>One number.</summary>
    static abstract float Load(byte* source);

    /// <summary>Four numbers.</summary>
    static abstract Vector128<float> Load128(byte* source);

    /// <summary>Eight numbers.</summary>
    static abstract Vector256<float> Load256(byte* source);

    /// <summary>Sixteen numbers.</summary>
    static abstract Vector512<float> Load512(byte* source);
}
