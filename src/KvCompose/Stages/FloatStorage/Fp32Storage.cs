using System.Runtime.Intrinsics;

namespace KvCompose;

/// <summary>Keys and values as they come, 4 bytes an element. What a pipeline uses that declares no storage.</summary>
[StorageFacts(ElementBits = 32, KernelReadable = true)]
public readonly unsafe struct Fp32Storage : IStorage<Fp32Storage>
{
    /// <inheritdoc/>
    public static HostPageFormat? HostFormat => HostPageFormat.Fp32;

    /// <inheritdoc/>
    public static void Store(byte* block, nint index, float value) => ((float*)block)[index] = value;

    /// <inheritdoc/>
    public static Vector512<float> Load(byte* block, nint index) => Vector512.Load((float*)block + index);
}

/// <summary>Declares <see cref="Fp32Storage"/>.</summary>
public sealed class Fp32StorageAttribute : StorageAttribute<Fp32Storage>;
