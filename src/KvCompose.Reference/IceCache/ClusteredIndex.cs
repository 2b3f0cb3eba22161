namespace KvCompose.Reference.IceCache;

/// <summary>
/// The improved index of one (layer, key-value head): tokens spread over the prompt begin as landmarks, every token is in the cell of its exactly nearest
/// landmark, landmarks move to the mean of their cells once and tokens are assigned again, and cells are cut into pages along their main directions. It grows
/// by <see cref="Insert"/>: cells divide where tokens arrive. Plain form of <c>KvCompose.Residency.Pages.PageIndex</c>.
/// </summary>
public sealed class ClusteredIndex
{
    private const uint GoldenRatio = 0x9E3779B9; // of 2³²

    private readonly List<ClusteredCell> _cells = [];
    private readonly List<ClusteredPage?> _pages = [];
    private readonly List<int> _pageOf = [];
    private readonly Stack<int> _free = new();

    /// <summary>Indexes a prompt.</summary>
    /// <param name="keys">[tokens, headDim], rotated.</param>
    /// <param name="headDim">d.</param>
    /// <param name="settings">How.</param>
    /// <exception cref="ArgumentException">A key is not finite, or there is none.</exception>
    public ClusteredIndex(ReadOnlySpan<float> keys, int headDim, ClusteredSettings settings)
    {
        if (keys.IsEmpty)
        {
            throw new ArgumentException("an index needs at least one key", nameof(keys));
        }

        Settings = settings;
        Keys = new AugmentedKeys(keys, headDim, reserve: settings.NormReserve);
        int[] tokens = [.. Enumerable.Range(0, Keys.Count)];
        _pageOf.AddRange(tokens.Select(static _ => -1));
        _cells.AddRange(tokens.Where(IsLandmark).Select(token => new ClusteredCell(Keys.Lifted(token))));
        int[] cellOf = Assign();
        for (int step = 0; step < settings.Refinements; step++)
        {
            for (int cell = 0; cell < _cells.Count; cell++)
            {
                _cells[cell].Recentre(Keys, [.. tokens.Where(token => cellOf[token] == cell)]);
            }

            cellOf = Assign();
        }

        for (int cell = 0; cell < _cells.Count; cell++)
        {
            List<int> members = [.. tokens.Where(token => cellOf[token] == cell)];
            _cells[cell].Formed = members.Count;
            MainDirectionSplit.Pages(Keys, members, settings.PageTokens).ForEach(page => Open(cell, page));
        }

        int[] Assign() => tokens.AsParallel().AsOrdered().Select(CellOf).ToArray();
    }

    /// <summary>What it was built with.</summary>
    public ClusteredSettings Settings { get; }

    /// <summary>The lifted keys.</summary>
    public AugmentedKeys Keys { get; }

    /// <summary>The cells, one a landmark.</summary>
    public IReadOnlyList<ClusteredCell> Cells => _cells;

    /// <summary>Pages by id; null for an id that is free.</summary>
    public IReadOnlyList<ClusteredPage?> Pages => _pages;

    /// <summary>Pages that hold a token.</summary>
    public int LivePages => _pages.Count - _free.Count;

    /// <summary>The page that holds a token.</summary>
    public int PageOf(int token) => _pageOf[token];

    /// <summary>The nearest landmark's cell, the lower of equals: lifted keys and landmarks have the same norm, so it is the one with the largest product.</summary>
    public int CellOf(int token)
    {
        double[] lifted = Keys.Lifted(token);
        return Enumerable.Range(0, _cells.Count).MaxBy(cell => InnerProduct.Of(lifted, _cells[cell].Landmark));
    }

    /// <summary>
    /// Takes a key that leaves the window, into the cell of its nearest landmark. A cell that has outgrown what promotion asks for is divided. A key above the
    /// norm reserve raises M and with it all distances a little; what was placed before stays where it is.
    /// </summary>
    /// <returns>The token number of the key.</returns>
    public int Insert(ReadOnlySpan<float> key)
    {
        double bound = Keys.Bound;
        int token = Keys.Append(key);
        if (Keys.Bound > bound)
        {
            _cells.ForEach(cell => cell.Raise(Keys.Bound));
        }

        _pageOf.Add(-1);
        int target = CellOf(token);
        Place(target, token);
        if (IsDue(_cells[target]))
        {
            Divide(target);
        }

        return token;
    }

    /// <summary>Tokens of a cell, page by page.</summary>
    public List<int> MembersOf(int cell) => [.. _cells[cell].Pages.SelectMany(page => _pages[page]!.Tokens)];

    // Spread without a period, so that texts with a rhythm give no lopsided choice; the first token always is one.
    private bool IsLandmark(int token) => unchecked((uint)token * GoldenRatio) < Settings.Promotion * 4294967296.0;

    private bool IsDue(ClusteredCell cell)
    {
        int held = cell.Pages.Sum(page => _pages[page]!.Tokens.Count);
        return held > (int)(Settings.DivideAt / Settings.Promotion) && held - cell.Formed > (int)(Settings.GrownBy / Settings.Promotion);
    }

    // Into the page with the nearest mean of those with room. Where none has room, the nearest ones are formed again, with one page more.
    private void Place(int cell, int token)
    {
        double[] lifted = Keys.Lifted(token);
        List<int> pages = _cells[cell].Pages;
        int[] roomy = [.. pages.Where(page => _pages[page]!.Tokens.Count < Settings.PageTokens)];
        if (roomy.Length > 0)
        {
            int target = roomy.MinBy(Distance);
            _pages[target]!.Add(token);
            _pageOf[token] = target;
            return;
        }

        int[] nearest = [.. pages.OrderBy(Distance).Take(Settings.FormedPages)];
        List<int> members = [.. nearest.SelectMany(page => _pages[page]!.Tokens), token];
        FreePages(cell, nearest);
        FormEvenly(cell, members);

        (double, int) Distance(int page) => (SquaredDistance(lifted, _pages[page]!.Mean(Keys)), page);
    }

    // The halves along the main direction move their landmarks to their means, and every member goes to the nearer one; as often as a build refines, again.
    private void Divide(int cell)
    {
        List<int> members = MainDirectionSplit.AlongMainDirection(Keys, MembersOf(cell));
        List<int> stay = members[..(members.Count / 2)], go = members[(members.Count / 2)..];
        var other = new ClusteredCell(Keys.Lifted(members[^1]));
        for (int step = 0; step <= Settings.Refinements && stay.Count > 0 && go.Count > 0; step++)
        {
            _cells[cell].Recentre(Keys, stay);
            other.Recentre(Keys, go);
            ILookup<bool, int> nearer = stay.Concat(go).ToLookup(
                token => InnerProduct.Of(Keys.Lifted(token), other.Landmark) > InnerProduct.Of(Keys.Lifted(token), _cells[cell].Landmark));
            (stay, go) = ([.. nearer[false]], [.. nearer[true]]);
        }

        if (stay.Count == 0 || go.Count == 0)
        {
            // Equal keys, which nothing parts: once more when there are twice as many.
            _cells[cell].Formed = 2 * members.Count;
            return;
        }

        FreePages(cell, [.. _cells[cell].Pages]);
        _cells.Add(other);
        FormEvenly(cell, stay);
        FormEvenly(_cells.Count - 1, go);
        (_cells[cell].Formed, other.Formed) = (stay.Count, go.Count);
    }

    // As few pages as hold the members, of nearly equal size, so that tokens that come later find room in the page that they are nearest to.
    private void FormEvenly(int cell, List<int> members)
    {
        int pages = (members.Count + Settings.PageTokens - 1) / Settings.PageTokens;
        if (pages == 1)
        {
            Open(cell, members);
            return;
        }

        List<int> ordered = MainDirectionSplit.AlongMainDirection(Keys, members);
        int left = members.Count * (pages / 2) / pages;
        FormEvenly(cell, ordered[..left]);
        FormEvenly(cell, ordered[left..]);
    }

    private void Open(int cell, List<int> tokens)
    {
        if (!_free.TryPop(out int page))
        {
            page = _pages.Count;
            _pages.Add(null);
        }

        _pages[page] = new ClusteredPage(tokens, cell);
        _cells[cell].Pages.Add(page);
        tokens.ForEach(token => _pageOf[token] = page);
    }

    private void FreePages(int cell, int[] pages)
    {
        foreach (int page in pages)
        {
            _pages[page] = null;
            _free.Push(page);
            _cells[cell].Pages.Remove(page);
        }
    }

    private static double SquaredDistance(double[] a, double[] b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
        {
            sum += (a[i] - b[i]) * (a[i] - b[i]);
        }

        return sum;
    }
}
