using System.Runtime.Intrinsics;
using KvCompose.Memory;

namespace KvCompose.Retrieval;

/// <summary>
/// Takes tokens into an index after its build. A token goes to the cell of its nearest landmark (<see cref="CellPlacement"/>); a cell that has
/// outgrown what promotion asks for is divided, and the mean of its other half becomes a landmark (<see cref="CellDivision"/>).
/// </summary>
internal sealed unsafe class PageInsertion : IDisposable
{
    private const int PageTokens = PageIndexSettings.PageTokens;

    private readonly PageIndex _index;
    private readonly int _headDim;
    private readonly PageEdit _edit;
    private readonly CellPlacement _placement;
    private readonly CellDivision _division;
    private readonly NativeFloats _tile;
    private readonly NativeFloats _lifts;
    private readonly NativeFloats _staged; // a page of every layer
    private readonly int[] _stagedTokens;
    private readonly MemberRows _rows;
    private readonly int[] _cells = GC.AllocateArray<int>(PageTokens, pinned: true);

    public PageInsertion(PageIndex index)
    {
        _index = index;
        _headDim = index.HeadDim;
        _edit = new PageEdit(index);
        var members = new CellMembers(index);
        _placement = new CellPlacement(index, members);
        _division = new CellDivision(index, members);
        _tile = new NativeFloats(PageTokens * _headDim);
        _lifts = new NativeFloats(PageTokens);
        _staged = new NativeFloats((long)index.Layers * index.Layout.Bytes / sizeof(float));
        _stagedTokens = new int[index.Layers];
        _rows = new MemberRows(_headDim);
        _rows.Reserve(PageTokens);
    }

    /// <summary>Where the tokens of a layer are that are being inserted: a page of their own.</summary>
    public byte* Staged(int layer) => (byte*)_staged.Pointer + ((nint)layer * _index.Layout.Bytes);

    /// <inheritdoc cref="PageIndex.Insert"/>
    public int Insert(in KeySource source)
    {
        int count = source.Rows.Length;
        if (count == 0)
        {
            return 0;
        }

        Stage(0, source);
        RequireAllLayers(count);
        Lift();
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
            _index.Landmarks.Commit();
            return _edit.Changed;
        }
        catch
        {
            _edit.Undo();
            _index.Landmarks.Undo();
            throw;
        }
        finally
        {
            Array.Clear(_stagedTokens);
        }
    }

    public void Dispose()
    {
        _placement.Dispose();
        _tile.Dispose();
        _lifts.Dispose();
        _staged.Dispose();
        _rows.Dispose();
    }

    /// <inheritdoc cref="PageIndex.Stage"/>
    public void Stage(int layer, in KeySource source)
    {
        int count = source.Rows.Length;
        if (count > PageTokens)
        {
            throw new ArgumentException($"{count} tokens at once where {PageTokens} are a page", nameof(source));
        }

        float* tile = _tile.Pointer;
        byte* page = Staged(layer);
        CopyKeys(source, tile);
        for (int slot = 0; slot < count; slot++)
        {
            int row = source.Rows[slot];
            _index.Layout.WriteValue(page, slot, source.Values + ((nint)row * source.ValueStride));
            _index.Layout.PositionsOf(page)[slot] = source.Positions[row];
        }

        Vector512<float> norms = KeyMath.SquaredNorms(tile, _headDim);
        for (int slot = 0; slot < count; slot++)
        {
            if (!float.IsFinite(norms[slot]))
            {
                KeyMath.Gather(tile, slot, _headDim, _rows[slot]);
                throw PageIndex.NotFinite(_rows[slot], _headDim, source.Positions[source.Rows[slot]]);
            }
        }

        _index.Layout.WriteKeys(page, tile);
        _stagedTokens[layer] = count;
        if (layer > 0)
        {
            return;
        }

        if (_index.Format != HostPageFormat.Fp32)
        {
            // Pages are formed by the keys as they are stored.
            _index.Layout.ReadKeys(page, tile);
        }

        KeyMath.Transpose(tile, _headDim, _rows[0], _rows.Width);
    }

    // Tokens that fill a page of the source, as those of a page that leaves the window do, are copied as the tile that they are.
    private void CopyKeys(in KeySource source, float* tile)
    {
        ReadOnlySpan<int> rows = source.Rows;
        bool whole = rows.Length == PageTokens && rows[0] % PageTokens == 0;
        for (int slot = 1; slot < rows.Length; slot++)
        {
            whole &= rows[slot] == rows[0] + slot;
        }

        if (whole)
        {
            new Span<float>(source.KeyTiles + ((nint)rows[0] * _headDim), PageTokens * _headDim).CopyTo(new Span<float>(tile, PageTokens * _headDim));
            return;
        }

        new Span<float>(tile, PageTokens * _headDim).Clear();
        for (int slot = 0; slot < rows.Length; slot++)
        {
            KeyMath.CopyColumn(source.KeyTiles + ((nint)(rows[slot] / PageTokens) * PageTokens * _headDim), rows[slot] % PageTokens, _headDim, tile, slot);
        }
    }

    private void RequireAllLayers(int count)
    {
        for (int layer = 1; layer < _stagedTokens.Length; layer++)
        {
            if (_stagedTokens[layer] != count)
            {
                throw new InvalidOperationException($"{count} tokens of the first layer that shares the pages, {_stagedTokens[layer]} of layer {layer} behind it");
            }
        }
    }

    // The keys of the first layer, which are in _tile and _rows, get their lifts; M grows where it has to.
    private void Lift()
    {
        Vector512<float> norms = KeyMath.SquaredNorms(_tile.Pointer, _headDim);
        float largest = Vector512.GreaterThanAny(norms, Vector512.Create(_index.Bound)) ? Largest(norms) : 0;
        if (largest > 0)
        {
            _index.Bound = MathF.Min(largest * _index.Settings.NormReserve, float.MaxValue);
            _index.Landmarks.Raise(_index.Bound);
        }

        Vector512<float> lifts = MemberRows.Lifts(_index.Bound, norms);
        lifts.Store(_lifts.Pointer);
        for (int slot = 0; slot < PageTokens; slot++)
        {
            _rows.SetLift(slot, lifts[slot]);
        }
    }

    private static float Largest(Vector512<float> norms)
    {
        float largest = norms[0];
        for (int slot = 1; slot < PageTokens; slot++)
        {
            largest = MathF.Max(largest, norms[slot]);
        }

        return largest;
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
        Landmarks landmarks = _index.Landmarks;
        if (landmarks.Count == 0)
        {
            _edit.AddCell();
            landmarks.Add(_rows[0], _lifts.Pointer[0]);
        }

        FindNearest();
        for (int slot = 0; slot < count; slot++)
        {
            _placement.Prefetch(_edit, _cells[slot]);
        }

        for (int slot = 0; slot < count; slot++)
        {
            int cell = _cells[slot];
            int held = _placement.Place(_edit, cell, new PageMember(PageMember.Staged, slot), _rows[slot]);
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
            _index.Landmarks.NearestOfTile(_tile.Pointer, _lifts.Pointer, cells);
        }
    }
}
