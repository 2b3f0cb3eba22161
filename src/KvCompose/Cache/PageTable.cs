using System.ComponentModel;

namespace KvCompose.Cache;

/// <summary>
/// The pages of one key-value head of one layer of one sequence, in slot order: slot s is token s mod P of page s div P.
/// In a counted layout every page has its own number of valid tokens, and new ones go into the last page.
/// Blittable, so that emitted loops read it without indirection. Logical positions are in the pages.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public unsafe struct PageTable
{
    /// <summary>Page ids, [<see cref="PageCount"/>].</summary>
    public int* Pages;

    /// <summary>Pages in the table.</summary>
    public int PageCount;

    /// <summary>Slots in use: tokens that the head holds.</summary>
    public int Tokens;

    /// <summary>
    /// Where a layout that seals full pages keeps the keys and values of the last page until it is full,
    /// [P/16][d][16] and [P][d] floats; null in other layouts.
    /// </summary>
    public float* Residual;

    /// <summary>The channels that the keys of full pages keep, ascending, where the layout prunes them; null in other layouts.</summary>
    public int* Channels;

    /// <summary>Tokens that the head may hold while decoding; 0 for as many as come.</summary>
    public int Budget;

    /// <summary>Whether the attention of a decode step leaves its weights behind for this head.</summary>
    public bool RetainsWeights;

    /// <summary>Ids that <see cref="Pages"/> has room for.</summary>
    internal int Capacity;
}
