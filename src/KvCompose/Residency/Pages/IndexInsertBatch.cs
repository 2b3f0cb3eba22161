using System.Runtime.Intrinsics;
using KvCompose.Memory;

namespace KvCompose.Residency.Pages;

/// <summary>Tokens on their way into an index, at most a page of every layer that shares it: as they will be stored, and the keys that decide where they go.</summary>
internal sealed unsafe class IndexInsertBatch : IDisposable
{
    private const int PageTokens = PageIndexSettings.PageTokens;

    private readonly PageIndex _index;
    private readonly int _headDim;
    private readonly NativeFloats _tile;
    private readonly NativeFloats _lifts;
    private readonly NativeFloats _staged; // a page of every layer
    private readonly int[] _stagedTokens;

    public IndexInsertBatch(PageIndex index)
    {
        _index = index;
        _headDim = index.HeadDim;
        _tile = new NativeFloats(PageTokens * _headDim);
        _lifts = new NativeFloats(PageTokens);
        _staged = new NativeFloats((long)index.Layers * index.Layout.Bytes / sizeof(float));
        _stagedTokens = new int[index.Layers];
        Rows = new AugmentedKeyRows(_headDim);
        Rows.Reserve(PageTokens);
    }

    /// <summary>Keys of the first layer, lifted by <see cref="Lift"/>.</summary>
    public AugmentedKeyRows Rows { get; }

    /// <summary>The same keys, [d][16].</summary>
    public float* Keys => _tile.Pointer;

    /// <summary>Their lifts, [16].</summary>
    public float* Lifts => _lifts.Pointer;

    /// <summary>Where the tokens of a layer are are: a page of their own.</summary>
    public byte* Staged(int layer) => (byte*)_staged.Pointer + ((nint)layer * _index.Layout.Bytes);

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

        Vector512<float> norms = KeyKernels.SquaredNorms(tile, _headDim);
        for (int slot = 0; slot < count; slot++)
        {
            if (!float.IsFinite(norms[slot]))
            {
                KeyKernels.Gather(tile, slot, _headDim, Rows[slot]);
                throw PageIndex.NotFinite(Rows[slot], _headDim, source.Positions[source.Rows[slot]]);
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

        KeyKernels.Transpose(tile, _headDim, Rows[0], Rows.Width);
    }

    /// <summary>Throws where a layer has not handed over as many tokens as the first.</summary>
    /// <exception cref="InvalidOperationException">A layer has not.</exception>
    public void RequireAllLayers(int count)
    {
        for (int layer = 1; layer < _stagedTokens.Length; layer++)
        {
            if (_stagedTokens[layer] != count)
            {
                throw new InvalidOperationException($"{count} tokens of the first layer that shares the pages, {_stagedTokens[layer]} of layer {layer} behind it");
            }
        }
    }

    /// <summary>Gives the keys of the first layer their lifts; M grows where it has to.</summary>
    public void Lift()
    {
        Vector512<float> norms = KeyKernels.SquaredNorms(_tile.Pointer, _headDim);
        float largest = Vector512.GreaterThanAny(norms, Vector512.Create(_index.Bound)) ? Largest(norms) : 0;
        if (largest > 0)
        {
            _index.Bound = MathF.Min(largest * _index.Settings.NormReserve, float.MaxValue);
            _index.ClusterCentroids.Raise(_index.Bound);
        }

        Vector512<float> lifts = AugmentedKeyRows.Lifts(_index.Bound, norms);
        lifts.Store(_lifts.Pointer);
        for (int slot = 0; slot < PageTokens; slot++)
        {
            Rows.SetLift(slot, lifts[slot]);
        }
    }

    /// <summary>No tokens are on their way any more.</summary>
    public void Clear() => Array.Clear(_stagedTokens);

    public void Dispose()
    {
        _tile.Dispose();
        _lifts.Dispose();
        _staged.Dispose();
        Rows.Dispose();
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
            KeyKernels.CopyColumn(source.KeyTiles + ((nint)(rows[slot] / PageTokens) * PageTokens * _headDim), rows[slot] % PageTokens, _headDim, tile, slot);
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
}
