namespace KvCompose.Reference.IceCache;

/// <summary>
/// The improved index of one (layer, key-value head): one layer of landmarks chosen by the promotion counter, every token
/// in the cell of its exactly nearest landmark, cells cut into pages along their main directions. The tokens before the
/// first landmark share one cell.
/// </summary>
public sealed class ClusteredIndex
{
    private readonly PromotionCounter _promotion;
    private readonly List<int> _landmarks = [];
    private readonly List<List<int>> _cells = [];
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
        _promotion = new PromotionCounter(settings.Promotion, settings.PromotionHigher);
        for (int token = 0; token < Keys.Count; token++)
        {
            _pageOf.Add(-1);
            if (_promotion.Take() > 0)
            {
                _landmarks.Add(token);
            }
        }

        var members = new List<int>[Math.Max(1, _landmarks.Count)];
        for (int cell = 0; cell < members.Length; cell++)
        {
            members[cell] = [];
            _cells.Add([]);
        }

        int[] cellOf = Enumerable.Range(0, Keys.Count).AsParallel().AsOrdered().Select(CellOf).ToArray();
        for (int token = 0; token < cellOf.Length; token++)
        {
            members[cellOf[token]].Add(token);
        }

        for (int cell = 0; cell < members.Length; cell++)
        {
            Form(cell, members[cell]);
        }
    }

    /// <summary>What it was built with.</summary>
    public ClusteredSettings Settings { get; }

    /// <summary>The lifted keys.</summary>
    public AugmentedKeys Keys { get; }

    /// <summary>Tokens that are landmarks, by cell.</summary>
    public IReadOnlyList<int> Landmarks => _landmarks;

    /// <summary>Pages by id; null for an id that is free.</summary>
    public IReadOnlyList<ClusteredPage?> Pages => _pages;

    /// <summary>Pages that hold a token.</summary>
    public int LivePages => _pages.Count - _free.Count;

    /// <summary>The page that holds a token.</summary>
    public int PageOf(int token) => _pageOf[token];

    /// <summary>The nearest landmark's cell, the lower of equals; cell 0 before there is a landmark.</summary>
    public int CellOf(int token)
    {
        int nearest = 0;
        double least = double.PositiveInfinity;
        for (int cell = 0; cell < _landmarks.Count; cell++)
        {
            double distance = Keys.HalfSquaredDistance(token, _landmarks[cell]);
            if (distance < least)
            {
                (least, nearest) = (distance, cell);
            }
        }

        return nearest;
    }

    /// <summary>
    /// Takes a key that leaves the window. A token that becomes a landmark draws every token that is strictly closer to
    /// it than to its own landmark, so that every token stays in the cell of its nearest landmark. A key above the norm
    /// reserve raises M and with it all distances a little; what was placed before stays where it is.
    /// </summary>
    /// <returns>The token number of the key.</returns>
    public int Insert(ReadOnlySpan<float> key)
    {
        int token = Keys.Append(key);
        _pageOf.Add(-1);
        if (_promotion.Take() == 0)
        {
            Place(CellOf(token), token);
        }
        else
        {
            Promote(token);
        }

        return token;
    }

    private void Promote(int token)
    {
        List<int> drawn = [token];
        foreach (int other in Enumerable.Range(0, token))
        {
            int cell = _pages[_pageOf[other]]!.Cell;
            if (_landmarks.Count == 0 || Keys.HalfSquaredDistance(other, token) < Keys.HalfSquaredDistance(other, _landmarks[cell]))
            {
                drawn.Add(other);
            }
        }

        var losers = new SortedSet<int>();
        foreach (int other in drawn.Skip(1))
        {
            losers.Add(_pages[_pageOf[other]]!.Cell);
            TakeOut(other);
        }

        if (_landmarks.Count > 0)
        {
            _cells.Add([]);
        }

        _landmarks.Add(token);
        Form(_landmarks.Count - 1, drawn);
        foreach (int cell in losers)
        {
            Tidy(cell);
        }
    }

    // Into the page with the nearest mean. A full page passes on the member that a sibling with room wants most; where
    // no sibling has room the page is cut in two.
    private void Place(int cell, int token)
    {
        if (_cells[cell].Count == 0)
        {
            Open(cell, [token]);
            return;
        }

        double[] lifted = Keys.Lifted(token);
        int target = _cells[cell].MinBy(page => (SquaredDistance(lifted, _pages[page]!.Mean(Keys)), page));
        ClusteredPage full = _pages[target]!;
        if (full.Tokens.Count < Settings.PageTokens)
        {
            PutInto(target, token);
            return;
        }

        List<int> members = [.. full.Tokens, token];
        List<int> roomy = [.. _cells[cell].Where(page => _pages[page]!.Tokens.Count < Settings.PageTokens)];
        if (roomy.Count == 0)
        {
            List<int> ordered = MainDirectionSplit.AlongMainDirection(Keys, members);
            int half = ordered.Count / 2;
            full.Replace(ordered[..half]);
            ordered[..half].ForEach(member => _pageOf[member] = target);
            Open(cell, ordered[half..]);
            return;
        }

        double[] mean = full.Mean(Keys);
        (double _, int page, int passed) = roomy.SelectMany(page => members.Select(member =>
        {
            double[] place = Keys.Lifted(member);
            return (SquaredDistance(place, _pages[page]!.Mean(Keys)) - SquaredDistance(place, mean), page, member);
        })).Min();
        if (passed != token)
        {
            full.Remove(passed);
            PutInto(target, token);
        }

        PutInto(page, passed);
    }

    private void Tidy(int cell)
    {
        int held = _cells[cell].Sum(page => _pages[page]!.Tokens.Count);
        if (held < Settings.LeastFill * Settings.PageTokens * _cells[cell].Count
            && _cells[cell].Count > (held + Settings.PageTokens - 1) / Settings.PageTokens)
        {
            List<int> members = [.. _cells[cell].SelectMany(page => _pages[page]!.Tokens).Order()];
            foreach (int page in _cells[cell])
            {
                Free(page);
            }

            _cells[cell].Clear();
            Form(cell, members);
        }
    }

    private void Form(int cell, List<int> members)
    {
        foreach (List<int> tokens in MainDirectionSplit.Pages(Keys, members, Settings.PageTokens))
        {
            Open(cell, tokens);
        }
    }

    private void Open(int cell, List<int> tokens)
    {
        if (!_free.TryPop(out int page))
        {
            page = _pages.Count;
            _pages.Add(null);
        }

        _pages[page] = new ClusteredPage(tokens, cell);
        _cells[cell].Add(page);
        tokens.ForEach(token => _pageOf[token] = page);
    }

    private void PutInto(int page, int token)
    {
        _pages[page]!.Add(token);
        _pageOf[token] = page;
    }

    private void TakeOut(int token)
    {
        int page = _pageOf[token];
        ClusteredPage holder = _pages[page]!;
        holder.Remove(token);
        if (holder.Tokens.Count == 0)
        {
            _cells[holder.Cell].Remove(page);
            Free(page);
        }
    }

    private void Free(int page)
    {
        _pages[page] = null;
        _free.Push(page);
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
