namespace ILGPU;

/// <summary>Dynamic shared memory that a launch requests for every group.</summary>
/// <param name="numElements">Elements.</param>
/// <param name="elementSize">Bytes of one element.</param>
public readonly struct SharedMemoryConfig(int numElements, int elementSize)
{
    /// <summary>Elements.</summary>
    public int NumElements { get; } = numElements;

    /// <summary>Bytes of one element.</summary>
    public int ElementSize { get; } = elementSize;

    /// <summary>Bytes.</summary>
    public int ArraySize => NumElements * ElementSize;

    /// <summary>Room for <paramref name="numElements"/> elements of <typeparamref name="T"/>.</summary>
    public static unsafe SharedMemoryConfig RequestDynamic<T>(int numElements)
        where T : unmanaged
        => new(numElements, sizeof(T));
}
