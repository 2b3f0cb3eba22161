using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace KvCompose.Memory;

/// <summary>Hints to the processor's caches.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static unsafe class CacheLine
{
    /// <summary>Starts to load the line of an address, which need not be valid; does nothing where there is no such instruction.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch(void* address)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(address);
        }
    }
}
