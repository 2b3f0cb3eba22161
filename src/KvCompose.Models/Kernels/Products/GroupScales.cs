using System.Runtime.CompilerServices;
using KvCompose.Models.Kernels.Blocks;

namespace KvCompose.Models.Kernels.Products;

/// <summary>Scales and minima of a group of 256 numbers, as a kernel holds them while it multiplies the group.</summary>
internal static unsafe class GroupScales
{
    /// <summary>Where the minima begin.</summary>
    public const int Minima = 16;

    /// <summary>Floats that are held.</summary>
    public const int Count = 24;

    /// <summary>Parts of a group.</summary>
    public const int Parts = Group / Part;

    /// <summary>Numbers of a part.</summary>
    public const int Part = 32;

    /// <summary>Numbers of a group.</summary>
    public const int Group = 256;

    /// <summary>Reads those of a group, of which <paramref name="left"/> numbers are left. Returns its parts.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nint Read<TBlocks>(byte* group, int left, float* scales)
        where TBlocks : struct, ICodeBlocks
    {
        int parts = (int)((uint)Math.Min(left, Group) / Part);
        TBlocks.Scales(group, parts, scales);
        if (TBlocks.HasMinima)
        {
            TBlocks.Minima(group, parts, scales + Minima);
        }

        return parts;
    }
}
