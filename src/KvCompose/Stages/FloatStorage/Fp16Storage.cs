using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using KvCompose.Numerics;

namespace KvCompose;

/// <summary>
/// Keys and values in IEEE half precision, 2 bytes an element. Values beyond ±65504 are clamped when written, so that the
/// decoder needs no case for infinities.
/// </summary>
[StorageFacts(ElementBits = 16, Lossy = true)]
public readonly unsafe struct Fp16Storage : IStorage<Fp16Storage>
{
    /// <inheritdoc/>
    public static HostPageFormat? HostFormat => HostPageFormat.Fp16;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(byte* block, nint index, float value) => HalfElements.Store(block, index, value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(byte* block, nint index) => HalfElements.Load(block, index);
}

/// <summary>Declares <see cref="Fp16Storage"/>.</summary>
public sealed class Fp16StorageAttribute : StorageAttribute<Fp16Storage>;
