namespace ILGPU.Runtime;

/// <summary>A buffer with the view of all of it.</summary>
/// <typeparam name="TView">Type of the view.</typeparam>
public class MemoryBuffer<TView> : MemoryBuffer
    where TView : struct
{
    private readonly TView _view;

    internal MemoryBuffer(Accelerator accelerator, long length, int elementSize, Func<MemoryBuffer, TView> view)
        : base(accelerator, length, elementSize)
        => _view = view(this);

    /// <summary>All of the buffer.</summary>
    public TView View => _view;
}
