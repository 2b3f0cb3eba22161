namespace KvCompose.Cache;

/// <summary>
/// The pages of one key-value head of one layer of one sequence, in slot order: slot s is token s mod P of page s div P.
/// Blittable, so that emitted loops read it without indirection. Logical positions are in the pages.
/// </summary>
public unsafe struct PageTable
{
    /// <summary>Page ids, [<see cref="PageCount"/>].</summary>
    public int* Pages;

    /// <summary>Pages in the table.</summary>
    public int PageCount;

    /// <summary>Slots in use: tokens that the head holds.</summary>
    public int Tokens;

    /// <summary>Ids that <see cref="Pages"/> has room for.</summary>
    internal int Capacity;
}
