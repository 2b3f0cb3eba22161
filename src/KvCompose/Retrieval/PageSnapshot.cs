namespace KvCompose.Retrieval;

/// <summary>
/// The pages of one head as they are at one moment. What a snapshot refers to does not change: a writer copies what it
/// changes and publishes a new snapshot. Ids of pages stay; freed ids are used again with a higher version.
/// </summary>
internal sealed class PageSnapshot
{
    /// <summary>Page ids in use or free.</summary>
    public int Ids;

    /// <summary>Tokens of all pages.</summary>
    public int Tokens;

    /// <summary>Tokens of each page; 0 for a free id. [Ids]</summary>
    public byte[] Counts = [];

    /// <summary>Block of each page's keys and values. [Ids]</summary>
    public int[] Blocks = [];

    /// <summary>Block of each page's digest. [Ids]</summary>
    public int[] Digests = [];

    /// <summary>Cell of each page. [Ids]</summary>
    public int[] CellOf = [];

    /// <summary>The next page of the same cell; −1 at the end. [Ids]</summary>
    public int[] Next = [];

    /// <summary>Raised whenever the content changes: a transfer carries the version that it copied. [Ids]</summary>
    public int[] Versions = [];

    /// <summary>Cells in use.</summary>
    public int Cells;

    /// <summary>The first page of each cell; −1 for none. [Cells]</summary>
    public int[] CellFirst = [];

    /// <summary>Block of each cell's digest. [Cells]</summary>
    public int[] CellDigests = [];

    /// <summary>Readers that hold it.</summary>
    internal int Readers;

    /// <summary>Pages that hold a token.</summary>
    public int LivePages()
    {
        int live = 0;
        for (int page = 0; page < Ids; page++)
        {
            live += Counts[page] > 0 ? 1 : 0;
        }

        return live;
    }

    /// <summary>A copy that a writer may change.</summary>
    public PageSnapshot Copy() => new()
    {
        Ids = Ids,
        Tokens = Tokens,
        Counts = [.. Counts],
        Blocks = [.. Blocks],
        Digests = [.. Digests],
        CellOf = [.. CellOf],
        Next = [.. Next],
        Versions = [.. Versions],
        Cells = Cells,
        CellFirst = [.. CellFirst],
        CellDigests = [.. CellDigests],
    };

    /// <summary>A new page id, without content.</summary>
    public int AddId()
    {
        if (Ids == Counts.Length)
        {
            int length = Math.Max(32, Ids + (Ids / 2));
            Array.Resize(ref Counts, length);
            Array.Resize(ref Blocks, length);
            Array.Resize(ref Digests, length);
            Array.Resize(ref CellOf, length);
            Array.Resize(ref Next, length);
            Array.Resize(ref Versions, length);
        }

        return Ids++;
    }

    /// <summary>A new cell without pages.</summary>
    public int AddCell()
    {
        if (Cells == CellFirst.Length)
        {
            int length = Math.Max(16, Cells + (Cells / 2));
            Array.Resize(ref CellFirst, length);
            Array.Resize(ref CellDigests, length);
        }

        CellFirst[Cells] = -1;
        return Cells++;
    }
}
