namespace KvCompose.Simulation;

/// <summary>One allocation in the shared memory of a group.</summary>
internal sealed class SharedAllocation : ViewOwner
{
    private readonly SharedArena _arena;

    public SharedAllocation(SharedArena arena, int ordinal, Type element, int elementSize, int offset, int length, int firstCell)
    {
        _arena = arena;
        Ordinal = ordinal;
        Element = element;
        ElementSize = elementSize;
        Offset = offset;
        Length = length;
        FirstCell = firstCell;
        Watched = true;
    }

    public int Ordinal { get; }

    public Type Element { get; }

    public int ElementSize { get; }

    /// <summary>Bytes from the start of the arena.</summary>
    public int Offset { get; }

    /// <summary>Elements.</summary>
    public int Length { get; }

    /// <summary>Index of the first element's history in the arena.</summary>
    public int FirstCell { get; }

    public override void Touch(nint address, int size) => _arena.Touch(this, address, size);

    public override string ToString() => $"shared allocation {Ordinal} ({Element.Name}[{Length}])";
}
