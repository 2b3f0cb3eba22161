namespace ILGPU;

/// <summary>A view whose elements follow each other directly.</summary>
/// <typeparam name="T">Element.</typeparam>
public interface IContiguousArrayView<T>
    where T : unmanaged
{
    /// <summary>Elements.</summary>
    long Length { get; }

    internal ArrayView<T> Contiguous { get; }
}
