namespace ILGPU.Runtime;

/// <summary>A one-dimensional view with a stride; here always dense.</summary>
/// <typeparam name="T">Element.</typeparam>
/// <typeparam name="TStride">Stride.</typeparam>
public readonly struct ArrayView1D<T, TStride>
    where T : unmanaged
    where TStride : struct, IStride1D
{
    internal ArrayView1D(ArrayView<T> baseView) => BaseView = baseView;

    /// <summary>The elements themselves.</summary>
    public ArrayView<T> BaseView { get; }

    /// <summary>Elements.</summary>
    public long Length => BaseView.Length;

    /// <summary>Elements, as a 32-bit number.</summary>
    public int IntLength => BaseView.IntLength;

    /// <summary>Bytes.</summary>
    public long LengthInBytes => BaseView.LengthInBytes;

    /// <summary>The element at <paramref name="index"/>.</summary>
    public ref T this[Index1D index] => ref BaseView[index];

    /// <summary>The element at <paramref name="index"/>.</summary>
    public ref T this[LongIndex1D index] => ref BaseView[index];

    /// <summary><paramref name="extent"/> elements from <paramref name="index"/> on.</summary>
    public ArrayView1D<T, TStride> SubView(LongIndex1D index, LongIndex1D extent) => new(BaseView.SubView(index.X, extent.X));
}
