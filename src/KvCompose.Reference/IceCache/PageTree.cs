namespace KvCompose.Reference.IceCache;

/// <summary>
/// The tree of one (layer, key-value head) as the published index builds it. Tokens sit on levels; the tokens of a level
/// that are nearest to one token of the level above form that token's cell; a cell is ordered along the projection and
/// cut into pages. The top level is one cell without a parent, the root.
/// </summary>
public sealed class PageTree
{
    /// <summary>The parent of the tokens of the top level.</summary>
    public const int Root = -1;

    private readonly List<List<int>> _levels = [];
    private readonly List<int> _levelOf = [];
    private readonly List<int> _parentOf = [];
    private readonly List<int> _pageOf = [];
    private readonly List<double> _projected = [];
    private readonly Dictionary<int, List<int>> _cells = [];
    private readonly Dictionary<int, double> _projectedAt = [];
    private readonly List<List<int>> _pages = [];
    private readonly List<bool> _dirty = [];
    private readonly Stack<int> _free = new();

    internal PageTree(AugmentedKeys keys, IceCacheSettings settings)
    {
        Keys = keys;
        Settings = settings;
        Promotion = new PromotionCounter(settings.PromotionToFirst, settings.PromotionHigher);
    }

    /// <summary>The lifted keys the tree is over.</summary>
    public AugmentedKeys Keys { get; }

    /// <summary>What it was built with.</summary>
    public IceCacheSettings Settings { get; }

    /// <summary>Tokens of each level in token order, lowest level first.</summary>
    public IReadOnlyList<IReadOnlyList<int>> Levels => _levels;

    /// <summary>Page ids ever given out, the free ones included.</summary>
    public int PageCount => _pages.Count;

    /// <summary>Pages that hold a token.</summary>
    public int LivePages => _pages.Count - _free.Count;

    internal PromotionCounter Promotion { get; }

    /// <summary>Tokens of a page in the order of their slots; empty for a free page.</summary>
    public IReadOnlyList<int> Page(int page) => _pages[page];

    /// <summary>The page that holds a token.</summary>
    public int PageOf(int token) => _pageOf[token];

    /// <summary>The slot of a token inside its page.</summary>
    public int SlotOf(int token) => _pages[_pageOf[token]].IndexOf(token);

    /// <summary>The token whose cell this one is in, or <see cref="Root"/>.</summary>
    public int ParentOf(int token) => _parentOf[token];

    /// <summary>The level of a token.</summary>
    public int LevelOf(int token) => _levelOf[token];

    /// <summary>Where a token lies along the projection, as its cell is ordered.</summary>
    public double Projected(int token) => _projected[token];

    /// <summary>Pages of the cell of <paramref name="parent"/> in the order of the projection; none if it is empty.</summary>
    public IReadOnlyList<int> CellPages(int parent) => _cells.TryGetValue(parent, out List<int>? pages) ? pages : [];

    /// <summary>Tokens of the cell of <paramref name="parent"/> in the order of the projection.</summary>
    public List<int> CellTokens(int parent)
    {
        var tokens = new List<int>();
        foreach (int page in CellPages(parent))
        {
            tokens.AddRange(_pages[page]);
        }

        return tokens;
    }

    /// <summary>Whether a page was made or changed since it was last marked clean.</summary>
    public bool IsDirty(int page) => _dirty[page];

    /// <summary>Says that a page's content was transferred.</summary>
    public void MarkClean(int page) => _dirty[page] = false;

    /// <summary>Gives a new token its level; its parent and page come later.</summary>
    internal void AddToLevel(int token, int level)
    {
        if (level == _levels.Count)
        {
            _levels.Add([]);
        }

        _levels[level].Add(token);
        _levelOf.Add(level);
        _parentOf.Add(Root);
        _pageOf.Add(-1);
        _projected.Add(Keys.Project(token));
    }

    /// <summary>Makes one cell at once: sorts its members along the projection and cuts them into balanced pages.</summary>
    internal void FormCell(int parent, List<int> members)
    {
        members.Sort((a, b) => _projected[a] != _projected[b] ? _projected[a].CompareTo(_projected[b]) : a.CompareTo(b));
        _cells[parent] = [];
        _projectedAt[parent] = Keys.Bound;
        int first = 0;
        foreach (int size in LeafSizes.Of(members.Count, Settings.PageTokens))
        {
            int page = NewPage();
            _cells[parent].Add(page);
            _pages[page].AddRange(members.GetRange(first, size));
            first += size;
        }

        foreach (int page in _cells[parent])
        {
            foreach (int token in _pages[page])
            {
                _pageOf[token] = page;
                _parentOf[token] = parent;
            }
        }
    }

    /// <summary>Puts a token into a cell by its place along the projection; a full page is split in halves first.</summary>
    internal void Insert(int token, int parent)
    {
        Refresh(parent);
        if (!_cells.TryGetValue(parent, out List<int>? cell))
        {
            cell = _cells[parent] = [];
            _projectedAt[parent] = Keys.Bound;
        }

        _projected[token] = Keys.Project(token);
        if (cell.Count == 0)
        {
            cell.Add(NewPage());
        }

        int at = LeafFor(cell, token);
        if (_pages[cell[at]].Count == Settings.PageTokens)
        {
            Split(cell, at);
            at = LeafFor(cell, token);
        }

        List<int> page = _pages[cell[at]];
        int slot = page.FindIndex(other => _projected[other] > _projected[token]);
        page.Insert(slot < 0 ? page.Count : slot, token);
        _pageOf[token] = cell[at];
        _parentOf[token] = parent;
        _dirty[cell[at]] = true;
    }

    /// <summary>Takes a token out of its page; a page that is left empty becomes free.</summary>
    internal void Remove(int token)
    {
        int page = _pageOf[token];
        _pages[page].Remove(token);
        _dirty[page] = true;
        if (_pages[page].Count == 0)
        {
            _cells[_parentOf[token]].Remove(page);
            _free.Push(page);
        }
    }

    /// <summary>A token opens a new top level: the old root becomes its cell.</summary>
    internal void Crown(int token)
    {
        List<int> members = CellTokens(Root);
        _cells[token] = _cells[Root];
        _projectedAt[token] = _projectedAt[Root];
        _cells.Remove(Root);
        foreach (int member in members)
        {
            _parentOf[member] = token;
        }
    }

    // M has grown since the cell was ordered: project again and order again; the pages keep their sizes.
    private void Refresh(int parent)
    {
        if (!_cells.TryGetValue(parent, out List<int>? cell) || _projectedAt[parent] == Keys.Bound)
        {
            return;
        }

        List<int> members = CellTokens(parent);
        members.ForEach(member => _projected[member] = Keys.Project(member));
        members.Sort((a, b) => _projected[a] != _projected[b] ? _projected[a].CompareTo(_projected[b]) : a.CompareTo(b));
        int next = 0;
        foreach (int page in cell)
        {
            for (int slot = 0; slot < _pages[page].Count; slot++, next++)
            {
                _dirty[page] |= _pages[page][slot] != members[next];
                _pages[page][slot] = members[next];
                _pageOf[members[next]] = page;
            }
        }

        _projectedAt[parent] = Keys.Bound;
    }

    private int LeafFor(List<int> cell, int token)
    {
        int at = cell.FindLastIndex(page => _pages[page].Count > 0 && _projected[_pages[page][0]] <= _projected[token]);
        return Math.Max(0, at);
    }

    private void Split(List<int> cell, int at)
    {
        int page = cell[at];
        int right = NewPage();
        int half = _pages[page].Count / 2;
        _pages[right].AddRange(_pages[page].Skip(half));
        _pages[page].RemoveRange(half, _pages[page].Count - half);
        _pages[right].ForEach(token => _pageOf[token] = right);
        _dirty[page] = true;
        cell.Insert(at + 1, right);
    }

    private int NewPage()
    {
        if (_free.TryPop(out int page))
        {
            _dirty[page] = true;
            return page;
        }

        _pages.Add([]);
        _dirty.Add(true);
        return _pages.Count - 1;
    }
}
