using System.Numerics;
using System.Runtime.Intrinsics;
using KvCompose.Memory;
using KvCompose.Numerics;

namespace KvCompose.Retrieval;

/// <summary>
/// Takes tokens into an index after its build. A token goes to the cell of its nearest landmark and there to the page with the nearest
/// mean; a full page passes a member on to a sibling with room, or is cut in two. A token that becomes a landmark draws, from the
/// cells nearest to it, every token that is strictly closer to it than to its own landmark.
/// </summary>
internal sealed unsafe class PageInsertion : IDisposable
{
    private const int PageTokens = PageIndexSettings.PageTokens;
    private const int NearCells = 16;

    private readonly PageIndex _index;
    private readonly int _headDim;
    private readonly NativeFloats _batch;
    private readonly NativeFloats _staged;
    private readonly NativeFloats _tile;
    private readonly MemberRows _rows;
    private readonly MemberRows _others;
    private readonly MemberRows _mean;
    private readonly List<PageMember> _members = [];
    private readonly int[] _cells = GC.AllocateArray<int>(2 * PageTokens, pinned: true);
    private readonly float[] _products = GC.AllocateArray<float>(2 * PageTokens, pinned: true);
    private int[] _order = new int[2 * PageTokens];
    private ulong[] _keys = new ulong[2 * PageTokens];

    public PageInsertion(PageIndex index)
    {
        _index = index;
        _headDim = index.HeadDim;
        _batch = new NativeFloats((2 * PageTokens * _headDim) + (2 * PageTokens));
        _staged = new NativeFloats(index.Layout.Bytes / sizeof(float));
        _tile = new NativeFloats(PageTokens * _headDim);
        _rows = new MemberRows(_headDim);
        _rows.Reserve(PageTokens);
        _others = new MemberRows(_headDim);
        _mean = new MemberRows(_headDim);
    }

    private byte* Staged => (byte*)_staged.Pointer;

    private float* Lifts => _batch.Pointer + (2 * PageTokens * _headDim);

    /// <inheritdoc cref="PageIndex.Insert"/>
    public int Insert(in KeySource source)
    {
        int count = source.Rows.Length;
        if (count > PageTokens)
        {
            throw new ArgumentException($"{count} tokens at once where {PageTokens} are a page", nameof(source));
        }

        if (count == 0)
        {
            return 0;
        }

        Stage(source);
        int landmarks = _index.Landmarks.Count;
        try
        {
            using var edit = new PageEdit(_index);
            if (_index.Settings.Formation == PageFormation.Contiguous)
            {
                Append(edit, count);
            }
            else
            {
                PlaceAll(edit, count);
            }

            edit.Publish();
            return edit.Changed;
        }
        catch
        {
            _index.Landmarks.Truncate(landmarks);
            throw;
        }
    }

    public void Dispose()
    {
        _batch.Dispose();
        _staged.Dispose();
        _tile.Dispose();
        _rows.Dispose();
        _others.Dispose();
        _mean.Dispose();
    }

    // The batch as a page of its own, as a tile and as lifted rows.
    private void Stage(in KeySource source)
    {
        float* tile = _batch.Pointer;
        new Span<float>(tile, PageTokens * _headDim).Clear();
        for (int slot = 0; slot < source.Rows.Length; slot++)
        {
            int row = source.Rows[slot];
            KeyMath.Gather(source.KeyTiles + ((nint)(row / PageTokens) * PageTokens * _headDim), row % PageTokens, _headDim, _rows[slot]);
            KeyMath.Scatter(_rows[slot], _headDim, tile, slot);
        }

        Vector512<float> norms = KeyMath.SquaredNorms(tile, _headDim);
        float largest = 0;
        for (int slot = 0; slot < source.Rows.Length; slot++)
        {
            int row = source.Rows[slot];
            if (!float.IsFinite(norms[slot]))
            {
                throw PageIndex.NotFinite(_rows[slot], _headDim, source.Positions[row]);
            }

            largest = MathF.Max(largest, norms[slot]);
            _index.Layout.WriteValue(Staged, slot, source.Values + ((nint)row * source.ValueStride));
            _index.Layout.PositionsOf(Staged)[slot] = source.Positions[row];
        }

        _index.Layout.WriteKeys(Staged, tile);
        if (largest > _index.Bound)
        {
            _index.Bound = MathF.Min(largest * _index.Settings.NormReserve, float.MaxValue);
            _index.Landmarks.Raise(_index.Bound);
        }

        for (int slot = 0; slot < PageTokens; slot++)
        {
            Lifts[slot] = MemberRows.Lift(_index.Bound, norms[slot]);
            _rows.SetLift(slot, Lifts[slot]);
        }
    }

    private void Append(PageEdit edit, int count)
    {
        PageSnapshot pages = edit.Pages;
        for (int slot = 0; slot < count; slot++)
        {
            int pagesUsed = (pages.Tokens + PageTokens - 1) / PageTokens;
            int page = pagesUsed - 1;
            if (pages.Tokens % PageTokens == 0)
            {
                int cell = pagesUsed % PageIndex.ContiguousCellPages == 0 ? edit.AddCell() : pages.Cells - 1;
                page = edit.Open(cell);
            }

            edit.Put(page, new PageMember(Staged, slot));
            edit.Refresh(page);
        }
    }

    private void PlaceAll(PageEdit edit, int count)
    {
        fixed (int* cells = _cells)
        fixed (float* products = _products)
        {
            _index.Landmarks.Nearest(_batch.Pointer, Lifts, cells, products);
        }

        for (int slot = 0; slot < count; slot++)
        {
            if (!_index.Landmarks.Takes(edit.Pages.Tokens))
            {
                Place(edit, _cells[slot], slot);
                continue;
            }

            int cell = Promote(edit, slot);
            for (int later = slot + 1; later < count; later++)
            {
                float product = _index.Landmarks.Product(cell, _rows[later], Lifts[later]);
                if (product > _products[later])
                {
                    (_products[later], _cells[later]) = (product, cell);
                }
            }
        }
    }

    private void Place(PageEdit edit, int cell, int slot)
    {
        PageSnapshot pages = edit.Pages;
        var token = new PageMember(Staged, slot);
        int nearest = -1, roomy = 0;
        float least = float.PositiveInfinity;
        for (int page = pages.CellFirst[cell]; page >= 0; page = pages.Next[page])
        {
            float distance = DistanceToMean(edit, page, _rows[slot]);
            roomy += pages.Counts[page] < PageTokens ? 1 : 0;
            if (nearest < 0 || distance < least || (distance == least && page < nearest))
            {
                (least, nearest) = (distance, page);
            }
        }

        if (nearest >= 0 && pages.Counts[nearest] == PageTokens)
        {
            MakeRoom(edit, nearest, token, slot, roomy > 0);
            return;
        }

        nearest = nearest < 0 ? edit.Open(cell) : nearest;
        edit.Put(nearest, token);
        edit.Refresh(nearest);
    }

    private void MakeRoom(PageEdit edit, int full, PageMember token, int slot, bool siblingHasRoom)
    {
        if (!siblingHasRoom)
        {
            Halve(edit, full, token);
            return;
        }

        PageSnapshot pages = edit.Pages;
        _index.Layout.ReadKeys(edit.Block(full), _tile.Pointer);
        Vector512<float> lifts = LiftsOf(_tile.Pointer);
        Vector512<float> toOwn = DistancesToMean(edit, full, lifts);
        float tokenToOwn = DistanceToMean(edit, full, _rows[slot]);
        int passed = -1, taker = -1;
        float least = float.PositiveInfinity;
        for (int page = pages.CellFirst[pages.CellOf[full]]; page >= 0; page = pages.Next[page])
        {
            if (pages.Counts[page] == PageTokens)
            {
                continue;
            }

            Vector512<float> losses = DistancesToMean(edit, page, lifts) - toOwn;
            float tokenLoss = DistanceToMean(edit, page, _rows[slot]) - tokenToOwn;
            for (int member = 0; member <= PageTokens; member++)
            {
                float loss = member < PageTokens ? losses[member] : tokenLoss;
                if (taker < 0 || loss < least)
                {
                    (least, passed, taker) = (loss, member, page);
                }
            }
        }

        if (passed == PageTokens)
        {
            edit.Put(taker, token);
        }
        else
        {
            edit.Put(taker, new PageMember(edit.Block(full), passed));
            edit.TakeOut(full, passed);
            edit.Put(full, token);
            edit.Refresh(full);
        }

        edit.Refresh(taker);
    }

    private Vector512<float> LiftsOf(float* tile) => Vector512.Sqrt(
        Vector512.Max(Vector512.Create(_index.Bound) - KeyMath.SquaredNorms(tile, _headDim), Vector512<float>.Zero));

    // Of the 16 keys in _tile.
    private Vector512<float> DistancesToMean(PageEdit edit, int page, Vector512<float> lifts)
    {
        float* digest = edit.Digest(page);
        Vector512<float> difference = lifts - Vector512.Create(*_index.Digests.Lift(digest));
        Vector512<float> sum = difference * difference;
        for (int i = 0; i < _headDim; i++)
        {
            difference = Vector512.Load(_tile.Pointer + (i * PageTokens)) - Vector512.Create(digest[i]);
            sum = Vector512.FusedMultiplyAdd(difference, difference, sum);
        }

        return sum;
    }

    private void Halve(PageEdit edit, int full, PageMember token)
    {
        int cell = edit.Pages.CellOf[full];
        _members.Clear();
        AddMembers(edit, full);
        _members.Add(token);
        GatherRows();
        Span<int> order = OrderOf(_members.Count);
        MainDirection.Order(_others, order, OrderKeys(order.Length));
        edit.Free(full);
        Fill(edit, edit.Open(cell), order[..(order.Length / 2)]);
        Fill(edit, edit.Open(cell), order[(order.Length / 2)..]);
    }

    private int Promote(PageEdit edit, int slot)
    {
        int cell = edit.AddCell();
        Landmarks landmarks = _index.Landmarks;
        landmarks.Add(_rows[slot], Lifts[slot]);
        List<(int Page, int Slot)> drawn = Draw(edit, cell);
        for (int step = 0; step < _index.Settings.Refinements; step++)
        {
            // As in a build: the landmark moves to the mean of what it draws, and draws anew.
            Gather(edit, drawn, slot);
            Recentre(cell);
            drawn = Draw(edit, cell);
        }

        bool joins = landmarks.Product(cell, _rows[slot], Lifts[slot]) > _products[slot];
        Gather(edit, drawn, joins ? slot : -1);
        Form(edit, cell);
        foreach (int loser in TakeOut(edit, drawn))
        {
            Tidy(edit, loser);
        }

        if (!joins)
        {
            Place(edit, _cells[slot], slot);
        }

        return cell;
    }

    // The mean of the gathered members, lift and all, becomes the cell's landmark.
    private void Recentre(int cell)
    {
        GatherRows();
        _mean.Reserve(1);
        float* mean = _mean[0];
        new Span<float>(mean, _mean.Width).Clear();
        for (int member = 0; member < _members.Count; member++)
        {
            KeyMath.Add(mean, _others[member], 1f / _members.Count, _mean.Width);
        }

        _index.Landmarks.Move(cell, mean, _index.Bound);
    }

    private void Gather(PageEdit edit, List<(int Page, int Slot)> drawn, int slot)
    {
        _members.Clear();
        if (slot >= 0)
        {
            _members.Add(new PageMember(Staged, slot));
        }

        foreach ((int page, int member) in drawn)
        {
            _members.Add(new PageMember(edit.Block(page), member));
        }
    }

    // All members of the nearest cells that are strictly closer to a cell's landmark than to their own. Members of cells farther away
    // are rarely drawn, and looking at every page for a landmark would make it the whole cost of an insertion.
    private List<(int Page, int Slot)> Draw(PageEdit edit, int cell)
    {
        Landmarks landmarks = _index.Landmarks;
        Span<ulong> near = OrderKeys(cell);
        for (int other = 0; other < cell; other++)
        {
            float product = landmarks.Product(other, landmarks.Key(cell), landmarks.Lift(cell));
            near[other] = ((ulong)~TokenRanking.Ordered(product) << 32) | (uint)other;
        }

        near.Sort();
        var drawn = new List<(int Page, int Slot)>();
        foreach (ulong other in near[..Math.Min(NearCells, cell)])
        {
            Draw(edit, (int)(uint)other, cell, drawn);
        }

        return drawn;
    }

    // The members of a cell that are strictly closer to the new landmark than to their own.
    private void Draw(PageEdit edit, int from, int to, List<(int Page, int Slot)> drawn)
    {
        PageSnapshot pages = edit.Pages;
        float* tile = _tile.Pointer, own = _index.Landmarks.Key(from), other = _index.Landmarks.Key(to);
        for (int page = pages.CellFirst[from]; page >= 0; page = pages.Next[page])
        {
            _index.Layout.ReadKeys(edit.Block(page), tile);
            Vector512<float> toOwn = default, toOther = default;
            for (int i = 0; i < _headDim; i++)
            {
                Vector512<float> keys = Vector512.Load(tile + (i * PageTokens));
                toOwn = Vector512.FusedMultiplyAdd(keys, Vector512.Create(own[i]), toOwn);
                toOther = Vector512.FusedMultiplyAdd(keys, Vector512.Create(other[i]), toOther);
            }

            Vector512<float> lifts = LiftsOf(tile);
            toOwn = Vector512.FusedMultiplyAdd(lifts, Vector512.Create(_index.Landmarks.Lift(from)), toOwn);
            toOther = Vector512.FusedMultiplyAdd(lifts, Vector512.Create(_index.Landmarks.Lift(to)), toOther);
            Vector512<float> closer = Vector512.GreaterThan(toOther, toOwn) & PageDigests.Valid(pages.Counts[page]);
            for (ulong bits = Vector512.ExtractMostSignificantBits(closer); bits != 0; bits &= bits - 1)
            {
                drawn.Add((page, BitOperations.TrailingZeroCount(bits)));
            }
        }
    }

    // From the back, so that the slots of those that remain to be taken out do not change. Returns the cells that lost members.
    private static SortedSet<int> TakeOut(PageEdit edit, List<(int Page, int Slot)> drawn)
    {
        var cells = new SortedSet<int>();
        for (int i = drawn.Count - 1; i >= 0; i--)
        {
            (int page, int slot) = drawn[i];
            cells.Add(edit.Pages.CellOf[page]);
            edit.TakeOut(page, slot);
            if ((i == 0 || drawn[i - 1].Page != page) && edit.Pages.Counts[page] > 0)
            {
                edit.Refresh(page);
            }
        }

        return cells;
    }

    private void Tidy(PageEdit edit, int cell)
    {
        PageSnapshot pages = edit.Pages;
        int held = 0, used = 0;
        for (int page = pages.CellFirst[cell]; page >= 0; page = pages.Next[page])
        {
            held += pages.Counts[page];
            used++;
        }

        if (held >= _index.Settings.LeastFill * PageTokens * used || used <= (held + PageTokens - 1) / PageTokens)
        {
            return;
        }

        _members.Clear();
        while (pages.CellFirst[cell] is >= 0 and int page)
        {
            AddMembers(edit, page);
            edit.Free(page);
        }

        Form(edit, cell);
    }

    private void Form(PageEdit edit, int cell)
    {
        GatherRows();
        Span<int> order = OrderOf(_members.Count);
        MainDirection.FormPages(_others, order, OrderKeys(order.Length));
        for (int first = 0; first < order.Length; first += PageTokens)
        {
            Fill(edit, edit.Open(cell), order[first..Math.Min(first + PageTokens, order.Length)]);
        }
    }

    private void Fill(PageEdit edit, int page, ReadOnlySpan<int> members)
    {
        foreach (int member in members)
        {
            edit.Put(page, _members[member]);
        }

        edit.Refresh(page);
    }

    private void AddMembers(PageEdit edit, int page)
    {
        for (int slot = 0; slot < edit.Pages.Counts[page]; slot++)
        {
            _members.Add(new PageMember(edit.Block(page), slot));
        }
    }

    private void GatherRows()
    {
        _others.Reserve(_members.Count);
        byte* read = null;
        for (int member = 0; member < _members.Count; member++)
        {
            if (_members[member].Page != read)
            {
                read = _members[member].Page;
                _index.Layout.ReadKeys(read, _tile.Pointer);
            }

            float* row = _others[member];
            KeyMath.Gather(_tile.Pointer, _members[member].Slot, _headDim, row);
            _others.SetLift(member, MemberRows.Lift(_index.Bound, KeyMath.Dot(row, row, _headDim)));
        }
    }

    private Span<ulong> OrderKeys(int count)
    {
        if (_keys.Length < count)
        {
            _keys = new ulong[count + (count / 2)];
        }

        return _keys.AsSpan(0, count);
    }

    private Span<int> OrderOf(int count)
    {
        if (_order.Length < count)
        {
            _order = new int[count + (count / 2)];
        }

        Span<int> order = _order.AsSpan(0, count);
        for (int i = 0; i < count; i++)
        {
            order[i] = i;
        }

        return order;
    }

    private float DistanceToMean(PageEdit edit, int page, float* row)
    {
        float* digest = edit.Digest(page);
        float lift = *_index.Digests.Lift(digest) - row[_headDim];
        return KeyMath.SquaredDistance(digest, row, _headDim) + (lift * lift);
    }
}
