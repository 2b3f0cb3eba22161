using System.Runtime.CompilerServices;

namespace KvCompose.Simulation;

/// <summary>Tells the shared memory of the group that the access inside is atomic.</summary>
internal readonly unsafe ref struct AtomicScope
{
    private readonly SharedAccess _access;
    private readonly bool _shared;

    /// <summary>Begins an operation on the element that starts with <paramref name="target"/>.</summary>
    public AtomicScope(ref byte target)
        => _shared = GroupRun.Current.Shared.BeginAtomic((nint)Unsafe.AsPointer(ref target), out _access);

    public void Dispose()
    {
        if (_shared)
        {
            GroupRun.Current.Shared.EndAtomic(_access);
        }
    }
}
