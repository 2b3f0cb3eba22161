namespace ILGPU.Runtime;

/// <summary>Copies between the host and dense views, and casts of them.</summary>
public static class ArrayViewExtensions
{
    /// <summary>Copies a host array to the start of a view.</summary>
    public static void CopyFromCPU<T>(this ArrayView<T> view, T[] data)
        where T : unmanaged
        => data.CopyTo(view.AsSpan(data.Length));

    /// <summary>Copies the start of a view to a host array.</summary>
    public static void CopyToCPU<T>(this ArrayView<T> view, T[] data)
        where T : unmanaged
        => view.AsSpan(data.Length).CopyTo(data);

    /// <summary>Copies host elements to the start of a view and waits for the stream.</summary>
    public static void CopyFromCPU<T, TView>(this TView target, AcceleratorStream stream, in ReadOnlySpan<T> span)
        where TView : IContiguousArrayView<T>
        where T : unmanaged
    {
        stream.Synchronize();
        span.CopyTo(target.Contiguous.AsSpan(span.Length));
    }

    /// <summary>Copies the start of a view to the host and waits for the stream.</summary>
    public static void CopyToCPU<T, TView>(this TView source, AcceleratorStream stream, in Span<T> span)
        where TView : IContiguousArrayView<T>
        where T : unmanaged
    {
        stream.Synchronize();
        source.Contiguous.AsSpan(span.Length).CopyTo(span);
    }

    /// <summary>Copies a view to a new array.</summary>
    public static T[] GetAsArray1D<T>(this ArrayView1D<T, Stride1D.Dense> view)
        where T : unmanaged
        => view.BaseView.AsSpan(view.Length).ToArray();

    /// <summary>Copies a buffer to a new array.</summary>
    public static T[] GetAsArray1D<T>(this MemoryBuffer<ArrayView1D<T, Stride1D.Dense>> buffer)
        where T : unmanaged
        => buffer.View.GetAsArray1D();

    /// <summary>The same bytes as elements of another type.</summary>
    public static ArrayView1D<TOther, Stride1D.Dense> Cast<T, TOther>(this ArrayView1D<T, Stride1D.Dense> view)
        where T : unmanaged
        where TOther : unmanaged
        => view.BaseView.Cast<TOther>();
}
