namespace KvCompose.Residency.Pages;

/// <summary>A page of a snapshot; what is together here is looked at together.</summary>
internal struct PageEntry
{
    /// <summary>Block of its keys and values.</summary>
    public int Block;

    /// <summary>Block of its digest.</summary>
    public int Digest;

    /// <summary>Its cell.</summary>
    public int Cell;

    /// <summary>The next page of the same cell, or the next free id; −1 at the end.</summary>
    public int Next;

    /// <summary>Raised whenever the content changes: a transfer carries the version that it copied.</summary>
    public int Version;
}

/// <summary>A cell of a snapshot.</summary>
internal struct CellEntry
{
    /// <summary>Its first page; −1 for none.</summary>
    public int First;

    /// <summary>Block of its digest.</summary>
    public int Digest;

    /// <summary>Tokens that it held when its pages were formed.</summary>
    public int Formed;
}
