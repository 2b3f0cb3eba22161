namespace KvCompose.Residency.Pages;

/// <summary>
/// Takes tokens into an index after its build. A token goes to the cell of its nearest landmark (<see cref="ClusterPlacement"/>); a cell that has
/// outgrown what promotion asks for is divided, and the mean of its other half becomes a landmark (<see cref="ClusterDivision"/>).
/// </summary>
internal sealed unsafe class PageInsertion : IDisposable
{
    private const int PageTokens = PageIndexSettings.PageTokens;

    private readonly PageIndex _index;
    private readonly PageEdit _edit;
    private readonly ClusterPlacement _placement;
    private readonly ClusterDivision _division;
    private readonly int[] _cells = GC.AllocateArray<int>(PageTokens, pinned: true);

    public PageInsertion(PageIndex index)
    {
        _index = index;
        _edit = new PageEdit(index);
        var members = new ClusterMembers(index);
        _placement = new ClusterPlacement(index, members);
        _division = new ClusterDivision(index, members);
        Tokens = new IndexInsertBatch(index);
    }

    /// <summary>The tokens that are being inserted.</summary>
    public IndexInsertBatch Tokens { get; }

    /// <inheritdoc cref="PageIndex.Insert"/>
    public int Insert(in KeySource source)
    {
        int count = source.Rows.Length;
        if (count == 0)
        {
            return 0;
        }

        Tokens.Stage(0, source);
        Tokens.RequireAllLayers(count);
        Tokens.Lift();
        try
        {
            _edit.Begin();
            if (_index.Settings.Formation == PageFormation.Contiguous)
            {
                Append(count);
            }
            else
            {
                PlaceAll(count);
            }

            _edit.Publish();
            _index.ClusterCentroids.Commit();
            return _edit.Changed;
        }
        catch
        {
            _edit.Undo();
            _index.ClusterCentroids.Undo();
            throw;
        }
        finally
        {
            Tokens.Clear();
        }
    }

    public void Dispose()
    {
        _placement.Dispose();
        Tokens.Dispose();
    }

    private void Append(int count)
    {
        PageSnapshot pages = _edit.Pages;
        for (int slot = 0; slot < count; slot++)
        {
            int used = (pages.Tokens + PageTokens - 1) / PageTokens;
            int page = pages.Tokens % PageTokens > 0
                ? used - 1
                : _edit.Open(used % PageIndex.ContiguousCellPages == 0 ? _edit.AddCell() : pages.Cells - 1);
            _edit.Put(page, new PageMember(PageMember.Staged, slot));
        }
    }

    private void PlaceAll(int count)
    {
        ClusterCentroids landmarks = _index.ClusterCentroids;
        if (landmarks.Count == 0)
        {
            _edit.AddCell();
            landmarks.Add(Tokens.Rows[0], Tokens.Lifts[0]);
        }

        FindNearest();
        for (int slot = 0; slot < count; slot++)
        {
            _placement.Prefetch(_edit, _cells[slot]);
        }

        for (int slot = 0; slot < count; slot++)
        {
            int cell = _cells[slot];
            int held = _placement.Place(_edit, cell, new PageMember(PageMember.Staged, slot), Tokens.Rows[slot]);
            if (_division.IsDue(_edit.Pages, cell, held))
            {
                _division.Divide(_edit, cell);
                FindNearest();
            }
        }
    }

    private void FindNearest()
    {
        fixed (int* cells = _cells)
        {
            _index.ClusterCentroids.NearestOfTile(Tokens.Keys, Tokens.Lifts, cells);
        }
    }
}
