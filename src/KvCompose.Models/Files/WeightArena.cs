using System.Runtime.InteropServices;

namespace KvCompose.Models.Files;

/// <summary>
/// Memory for weights, aligned to huge pages of 2 MiB, which Linux is asked for: fewer entries of the translation buffer cover the weights. Where the system
/// has none it is ordinary memory.
/// </summary>
internal sealed unsafe partial class WeightArena : IDisposable
{
    private const int HugePage = 1 << 21;
    private const int AdviseHugePages = 14; // MADV_HUGEPAGE

    private byte* _start;

    /// <param name="bytes">Above 0.</param>
    /// <exception cref="MemoryShortageException">The process may not use so many.</exception>
    public WeightArena(long bytes)
    {
        long available = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        if (available > 0 && bytes > available)
        {
            throw new MemoryShortageException($"the copy of the weights needs {bytes} bytes", bytes, available);
        }

        nuint rounded = ((nuint)bytes + HugePage - 1) / HugePage * HugePage;
        _start = (byte*)NativeMemory.AlignedAlloc(rounded, HugePage);
        if (OperatingSystem.IsLinux())
        {
            _ = Advise(_start, rounded, AdviseHugePages); // Advice: whether it is taken changes nothing but speed.
        }
    }

    /// <summary>Gives memory back that nobody disposed.</summary>
    ~WeightArena() => Free();

    /// <summary>The first byte. Valid until the arena is disposed.</summary>
    public byte* Start => _start;

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        NativeMemory.AlignedFree(_start);
        _start = null;
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* start, nuint bytes, int advice);
}
