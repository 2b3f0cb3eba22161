using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace KvCompose;

/// <summary>
/// ThinK: keys in single precision without the channels that matter least to the prompt's last queries, values whole. Every key-value head keeps the channels
/// with the largest ‖Q[:, c]‖ · ‖K[:, c]‖, Q the group's queries of the last rows, K the rotated keys that the head keeps of the prompt; a channel is pruned by
/// itself, not with its partner in the rotation. A page is pruned when it is full, also while decoding; the newest tokens wait for that with all channels.
/// Source: Xu et al., "ThinK: Thinner Key Cache by Query-Driven Pruning", ICLR 2025, arXiv 2407.21018.
/// </summary>
[StorageFacts(ElementBits = 32, PrunesKeyChannels = true, QueryAware = true, Lossy = true, Source = "arXiv 2407.21018")]
public readonly unsafe struct ThinKStorage : IStorage<ThinKStorage>
{
    /// <summary>Share λ of a key's channels that are pruned. Their number is rounded down to a multiple of 4: of 64 channels 0.4 prunes 24, of 128 it prunes 48.</summary>
    [StageOption(0.4, Minimum = 0, Maximum = 0.9, Role = OptionRole.PrunedChannels)]
    public double Ratio { get; init; }

    /// <summary>Last rows of the prompt whose queries decide.</summary>
    [StageOption(32, Minimum = 1, Maximum = 1024, Role = OptionRole.ObservedRows)]
    public int Rows { get; init; }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(byte* block, nint index, float value) => Fp32Storage.Store(block, index, value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(byte* block, nint index) => Fp32Storage.Load(block, index);
}

/// <summary>Declares <see cref="ThinKStorage"/>.</summary>
public sealed class ThinKStorageAttribute : StorageAttribute<ThinKStorage>
{
    /// <inheritdoc cref="ThinKStorage.Ratio"/>
    public double Ratio { get; set; }

    /// <inheritdoc cref="ThinKStorage.Rows"/>
    public int Rows { get; set; }
}
