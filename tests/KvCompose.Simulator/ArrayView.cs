using System.Runtime.CompilerServices;
using ILGPU.Runtime;
using KvCompose.Simulation;

namespace ILGPU;

/// <summary>A stretch of device, shared or local memory. Every access is checked against its length.</summary>
/// <typeparam name="T">Element.</typeparam>
public readonly unsafe struct ArrayView<T> : IContiguousArrayView<T>
    where T : unmanaged
{
    private readonly ViewOwner? _owner;
    private readonly nint _address;

    internal ArrayView(ViewOwner owner, nint address, long length)
    {
        _owner = owner;
        _address = address;
        Length = length;
    }

    /// <summary>The view of nothing.</summary>
    public static ArrayView<T> Empty => default;

    /// <summary>Whether the view stands for memory at all.</summary>
    public bool IsValid => _owner is not null;

    /// <summary>Elements.</summary>
    public long Length { get; }

    /// <summary>Elements, as a 32-bit number.</summary>
    /// <exception cref="OverflowException">There are more.</exception>
    public int IntLength => checked((int)Length);

    /// <summary>Bytes.</summary>
    public long LengthInBytes => Length * sizeof(T);

    ArrayView<T> IContiguousArrayView<T>.Contiguous => this;

    internal nint Address => _address;

    /// <summary>The element at <paramref name="index"/>.</summary>
    /// <exception cref="KernelFaultException">The index is outside the view.</exception>
    public ref T this[int index] => ref this[(long)index];

    /// <summary>The element at <paramref name="index"/>.</summary>
    /// <exception cref="KernelFaultException">The index is outside the view.</exception>
    public ref T this[Index1D index] => ref this[(long)index.X];

    /// <summary>The element at <paramref name="index"/>.</summary>
    /// <exception cref="KernelFaultException">The index is outside the view.</exception>
    public ref T this[LongIndex1D index] => ref this[index.X];

    /// <summary>The element at <paramref name="index"/>.</summary>
    /// <exception cref="KernelFaultException">The index is outside the view.</exception>
    public ref T this[long index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            if ((ulong)index >= (ulong)Length)
            {
                throw ViewFaults.OutOfRange<T>(index, Length);
            }

            var element = (T*)_address + index;
            if (_owner!.Watched)
            {
                _owner.Touch((nint)element, sizeof(T));
            }

            return ref *element;
        }
    }

    /// <summary>Everything from <paramref name="index"/> on.</summary>
    /// <exception cref="KernelFaultException">The index is outside the view.</exception>
    public ArrayView<T> SubView(long index) => SubView(index, Length - index);

    /// <summary><paramref name="subViewLength"/> elements from <paramref name="index"/> on.</summary>
    /// <exception cref="KernelFaultException">The part is not inside the view.</exception>
    public ArrayView<T> SubView(int index, int subViewLength) => SubView((long)index, subViewLength);

    /// <summary><paramref name="subViewLength"/> elements from <paramref name="index"/> on.</summary>
    /// <exception cref="KernelFaultException">The part is not inside the view.</exception>
    public ArrayView<T> SubView(long index, long subViewLength)
    {
        if (index < 0 || subViewLength < 0 || index > Length - subViewLength)
        {
            throw ViewFaults.BadPart<T>(index, subViewLength, Length);
        }

        return _owner is null ? default : new ArrayView<T>(_owner, _address + (nint)(index * sizeof(T)), subViewLength);
    }

    /// <summary>The same bytes as elements of another type.</summary>
    /// <exception cref="KernelFaultException">
    /// The address is not a multiple of the element's size (of 16 for larger ones), or the bytes are no whole number of elements.
    /// </exception>
    public ArrayView<TOther> Cast<TOther>()
        where TOther : unmanaged
    {
        if (_owner is null)
        {
            return default;
        }

        int alignment = Math.Min(16, sizeof(TOther) & -sizeof(TOther));
        return _address % alignment == 0 && LengthInBytes % sizeof(TOther) == 0
            ? new ArrayView<TOther>(_owner, _address, LengthInBytes / sizeof(TOther))
            : throw ViewFaults.BadCast<T, TOther>(_address % alignment, alignment, LengthInBytes);
    }

    /// <summary>A one-dimensional view of the same elements.</summary>
    public static implicit operator ArrayView1D<T, Stride1D.Dense>(ArrayView<T> view) => new(view);

    /// <summary>The elements of a dense one-dimensional view.</summary>
    public static implicit operator ArrayView<T>(ArrayView1D<T, Stride1D.Dense> view) => view.BaseView;

    internal Span<T> AsSpan(long elements)
    {
        if (elements > Length)
        {
            throw ViewFaults.BadPart<T>(0, elements, Length);
        }

        if (elements > 0 && _owner!.Watched)
        {
            _owner.Touch(_address, (int)elements * sizeof(T));
        }

        return new Span<T>((void*)_address, checked((int)elements));
    }
}
