namespace ILGPU.Runtime;

/// <summary>A one-dimensional buffer.</summary>
/// <typeparam name="T">Element.</typeparam>
/// <typeparam name="TStride">Stride.</typeparam>
public class MemoryBuffer1D<T, TStride> : MemoryBuffer<ArrayView1D<T, TStride>>
    where T : unmanaged
    where TStride : struct, IStride1D
{
    internal unsafe MemoryBuffer1D(Accelerator accelerator, long length)
        : base(
            accelerator,
            length,
            sizeof(T),
            buffer => new ArrayView1D<T, TStride>(new ArrayView<T>(buffer.Memory, buffer.Memory.Memory.Address, length)))
    {
    }
}
