using ILGPU;
using ILGPU.Runtime;
using KvCompose.Cache;

namespace KvCompose.Ilgpu;

/// <summary>
/// Pages in device memory, with the layout that they have on the host (see <see cref="PageLayout"/>), so that a page moves as
/// one block: key tiles of 16 tokens stored d-major, values row-major, positions. Kernels see one flat float view.
/// </summary>
public sealed class DevicePages : IDisposable
{
    private readonly DeviceContext _device;
    private readonly MemoryBuffer1D<float, Stride1D.Dense> _buffer;

    /// <summary>Allocates room for <paramref name="capacity"/> pages, not cleared.</summary>
    /// <param name="device">Where.</param>
    /// <param name="layout">Layout of every page.</param>
    /// <param name="capacity">Pages, at least 1.</param>
    public DevicePages(DeviceContext device, PageLayout layout, int capacity)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        _device = device;
        Layout = layout;
        Capacity = capacity;
        _buffer = device.Allocate<float>((long)capacity * PageFloats);
    }

    /// <summary>Layout of every page.</summary>
    public PageLayout Layout { get; }

    /// <summary>Pages.</summary>
    public int Capacity { get; }

    /// <summary>Floats from one page to the next; a multiple of 16.</summary>
    public int PageFloats => Layout.PageBytes / sizeof(float);

    /// <summary>Bytes on the device.</summary>
    public long Bytes => (long)Capacity * Layout.PageBytes;

    /// <summary>All pages, [capacity][PageFloats]. The start is aligned for 16-byte loads, and so is every page.</summary>
    public ArrayView<float> View => _buffer.View;

    /// <summary>Copies one or more consecutive pages to the device and waits.</summary>
    /// <param name="page">First device page.</param>
    /// <param name="host">Whole pages.</param>
    /// <exception cref="ArgumentException">Not a whole number of pages, or beyond the capacity.</exception>
    public void Upload(int page, ReadOnlySpan<byte> host) => BytesOf(page, host.Length).CopyFromCPU(_device.Stream, host);

    /// <summary>Copies one or more consecutive pages to the host and waits.</summary>
    /// <param name="page">First device page.</param>
    /// <param name="host">Whole pages.</param>
    /// <exception cref="ArgumentException">Not a whole number of pages, or beyond the capacity.</exception>
    public void Download(int page, Span<byte> host) => BytesOf(page, host.Length).CopyToCPU(_device.Stream, host);

    /// <summary>Gives the memory back once everything that was launched is done with it.</summary>
    public void Dispose() => _device.Free(_buffer);

    private ArrayView<byte> BytesOf(int page, int bytes)
    {
        int pages = bytes / Layout.PageBytes;
        if (page < 0 || pages * Layout.PageBytes != bytes || page > Capacity - pages)
        {
            throw new ArgumentException(
                $"{bytes} bytes from page {page} on are not whole pages of {Layout.PageBytes} bytes among {Capacity}");
        }

        return View.SubView((long)page * PageFloats, (long)pages * PageFloats).Cast<byte>();
    }
}
