using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using KvCompose.Models.Kernels.Blocks;

namespace KvCompose.Models.Kernels.Products;

/// <summary>The scales of a group's weights times those of its activations.</summary>
internal static unsafe class GroupScales
{
    /// <summary>Scales of a group at most: two of each part.</summary>
    public const int Count = 2 * CodedRows.Parts;

    /// <summary>target = weights · activations, where a part with halves has two weights' scales.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Combine<TBlocks>(float* weights, float* activations, float* target)
        where TBlocks : struct, ICodeBlocks
    {
        if (!TBlocks.HasHalves)
        {
            (Vector256.Load(weights) * Vector256.Load(activations)).Store(target);
            return;
        }

        for (int part = 0; part < CodedRows.Parts; part += Vector128<float>.Count)
        {
            Vector128<float> own = Vector128.Load(activations + part);
            (Vector128.Shuffle(own, Vector128.Create(0, 0, 1, 1)) * Vector128.Load(weights + (2 * part))).Store(target + (2 * part));
            (Vector128.Shuffle(own, Vector128.Create(2, 2, 3, 3)) * Vector128.Load(weights + (2 * part) + 4)).Store(target + (2 * part) + 4);
        }
    }
}
