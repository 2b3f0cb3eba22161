namespace KvCompose.Simulation;

/// <summary>
/// The shared memory of one group. An indexer returns a reference, so it cannot tell a read from a write; the arena keeps an
/// image of its bytes instead and looks, when a thread stops, which of the elements it touched have changed. A write of the
/// value that was already there therefore counts as a read.
/// </summary>
internal sealed class SharedArena
{
    /// <summary>What every device offers without asking.</summary>
    public const int Limit = 48 * 1024;

    private const int SmallestCheckedElement = 4;

    private readonly GroupRun _run;
    private readonly PoisonedMemory _memory = new(Limit, PoisonedMemory.GroupPattern);
    private readonly byte[] _image = new byte[Limit];
    private readonly List<SharedAllocation> _allocations = [];
    private readonly List<SharedAccess> _accesses = [];
    private CellHistory[] _cells = new CellHistory[1024];
    private int _used;
    private int _usedCells;
    private int _epoch;
    private SharedAllocation? _dynamic;

    public SharedArena(GroupRun run)
    {
        _run = run;
        _memory.Bytes.CopyTo(_image);
    }

    /// <summary>Forgets the previous group and lays out the dynamic memory of the next one.</summary>
    public void Begin(int dynamicBytes)
    {
        _memory.Poison(_used);
        _memory.Bytes[.._used].CopyTo(_image);
        Array.Clear(_cells, 0, _usedCells);
        _allocations.Clear();
        _accesses.Clear();
        _used = _usedCells = 0;
        _epoch = 1;
        _dynamic = dynamicBytes == 0 ? null : Add(-1, typeof(uint), sizeof(uint), (dynamicBytes + 3) / 4);
    }

    /// <summary>Called when all threads of the group have met at a barrier.</summary>
    public void Meet() => _epoch++;

    /// <summary>The allocation that a thread's <paramref name="ordinal"/>-th request gets; all threads must ask for the same.</summary>
    public SharedAllocation Allocate(int ordinal, Type element, int elementSize, int length)
    {
        int index = _dynamic is null ? ordinal : ordinal + 1;
        SharedAllocation allocation = index < _allocations.Count ? _allocations[index] : Add(ordinal, element, elementSize, length);
        return allocation.Element == element && allocation.Length == length
            ? allocation
            : throw _run.Fault(
                KernelFault.SharedAllocation,
                $"thread {_run.Thread} asks for {element.Name}[{length}] where another thread got {allocation}");
    }

    public SharedAllocation Dynamic()
        => _dynamic ?? throw _run.Fault(KernelFault.SharedAllocation, "the launch requested no dynamic shared memory");

    public nint AddressOf(SharedAllocation allocation) => _memory.Address + allocation.Offset;

    public void Touch(SharedAllocation allocation, nint address, int size)
        => _accesses.Add(new SharedAccess(allocation, (int)(address - _memory.Address), size));

    /// <summary>Classifies what the running thread touched since it last stopped.</summary>
    public void Settle()
    {
        foreach (SharedAccess access in _accesses)
        {
            SharedAllocation allocation = access.Allocation;
            int first = (access.Offset - allocation.Offset) / allocation.ElementSize;
            int last = (access.Offset + access.Size - 1 - allocation.Offset) / allocation.ElementSize;
            for (int element = first; element <= last; element++)
            {
                Settle(allocation, element);
            }
        }

        _accesses.Clear();
    }

    /// <summary>
    /// Prepares an atomic operation on <paramref name="address"/>. The reference was made by an indexer just before, so the
    /// last access to that address is the operation's own and is taken back. Returns false if the address is not shared.
    /// </summary>
    public bool BeginAtomic(nint address, out SharedAccess access)
    {
        long offset = address - _memory.Address;
        int index = offset < 0 || offset >= Limit ? -1 : _accesses.FindLastIndex(known => known.Offset == (int)offset);
        access = index < 0 ? default : _accesses[index];
        if (index < 0)
        {
            return false;
        }

        _accesses.RemoveAt(index);
        int element = ElementOf(access);
        if (Changed(access.Allocation, element))
        {
            Settle(access.Allocation, element);
        }

        if (!_cells[access.Allocation.FirstCell + element].Written)
        {
            throw Unwritten(access.Allocation, element);
        }

        return true;
    }

    /// <summary>Notes the atomic operation and what it left behind.</summary>
    public void EndAtomic(SharedAccess access)
    {
        int element = ElementOf(access);
        Remember(access.Allocation, element);
        int other = _cells[access.Allocation.FirstCell + element].Atomic(_run.Thread, _epoch);
        ThrowIfClash(other, access.Allocation, element, "operates atomically on");
    }

    private static int ElementOf(SharedAccess access)
        => (access.Offset - access.Allocation.Offset) / access.Allocation.ElementSize;

    private SharedAllocation Add(int ordinal, Type element, int elementSize, int length)
    {
        int offset = (_used + 15) & ~15;
        if (length < 0 || (long)offset + ((long)length * elementSize) > Limit)
        {
            throw _run.Fault(
                KernelFault.SharedAllocation,
                $"{element.Name}[{length}] after {offset} bytes exceeds the {Limit} bytes of shared memory of a group");
        }

        var allocation = new SharedAllocation(this, ordinal, element, elementSize, offset, length, _usedCells);
        _used = offset + (length * elementSize);
        _usedCells += length;
        if (_usedCells > _cells.Length)
        {
            Array.Resize(ref _cells, Math.Max(_usedCells, 2 * _cells.Length));
        }

        _allocations.Add(allocation);
        return allocation;
    }

    private void Settle(SharedAllocation allocation, int element)
    {
        ref CellHistory cell = ref _cells[allocation.FirstCell + element];
        if (Changed(allocation, element))
        {
            Remember(allocation, element);
            ThrowIfClash(cell.Write(_run.Thread, _epoch), allocation, element, "writes");
            return;
        }

        if (!cell.Written && allocation.ElementSize >= SmallestCheckedElement)
        {
            throw Unwritten(allocation, element);
        }

        ThrowIfClash(cell.Read(_run.Thread, _epoch), allocation, element, "reads");
    }

    private bool Changed(SharedAllocation allocation, int element)
        => !Now(allocation, element).SequenceEqual(Before(allocation, element));

    private void Remember(SharedAllocation allocation, int element)
        => Now(allocation, element).CopyTo(Before(allocation, element));

    private Span<byte> Now(SharedAllocation allocation, int element)
        => _memory.Bytes.Slice(allocation.Offset + (element * allocation.ElementSize), allocation.ElementSize);

    private Span<byte> Before(SharedAllocation allocation, int element)
        => _image.AsSpan(allocation.Offset + (element * allocation.ElementSize), allocation.ElementSize);

    private KernelFaultException Unwritten(SharedAllocation allocation, int element)
        => _run.Fault(
            KernelFault.UnwrittenShared,
            $"thread {_run.Thread} reads element {element} of {allocation}, which no thread of the group has written");

    private void ThrowIfClash(int other, SharedAllocation allocation, int element, string use)
    {
        if (other != -1)
        {
            string threads = other == -2 ? "several other threads use" : $"thread {other} uses";
            throw _run.Fault(
                KernelFault.SharedRace,
                $"thread {_run.Thread} {use} element {element} of {allocation}, which {threads} without a group barrier between");
        }
    }
}
