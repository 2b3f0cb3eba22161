using System.ComponentModel;
using System.Runtime.Intrinsics;

namespace KvCompose.Residency.Pages;

/// <summary>The pages of an index as they were when reading began. Dispose it to let replaced pages go.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public unsafe struct PageReader : IDisposable
{
    private readonly PageIndex _index;
    private PageSnapshot? _pages;

    internal PageReader(PageIndex index)
    {
        _index = index;
        _pages = index.Snapshots.Acquire();
    }

    /// <summary>Tokens of all pages.</summary>
    public readonly int Tokens => Snapshot.Tokens;

    /// <summary>Page ids in use or free: ids are below this.</summary>
    public readonly int Ids => Snapshot.Ids;

    internal readonly PageSnapshot Snapshot => _pages ?? throw new ObjectDisposedException(nameof(PageReader));

    internal readonly PageIndex Index => _index;

    /// <summary>Tokens of a page; 0 for an id that is free.</summary>
    public readonly int Count(int page) => Snapshot.Counts[page];

    /// <summary>Rises whenever a page's content changes.</summary>
    public readonly int Version(int page) => Snapshot.Pages[page].Version;

    /// <summary>Positions of a page's tokens, by slot.</summary>
    public readonly ReadOnlySpan<int> Positions(int page) => new(_index.Layout.PositionsOf(Block(page)), Count(page));

    /// <summary>Copies a key as it is stored.</summary>
    /// <param name="page">The page.</param>
    /// <param name="slot">The slot, below <see cref="Count"/>.</param>
    /// <param name="key">Receives the key, [d].</param>
    public readonly void CopyKey(int page, int slot, Span<float> key)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)slot, (uint)Count(page), nameof(slot));
        for (int i = 0; i < _index.HeadDim; i++)
        {
            key[i] = _index.Layout.Keys(Block(page), i)[slot];
        }
    }

    /// <summary>Copies a value as it is stored.</summary>
    /// <param name="page">The page.</param>
    /// <param name="slot">The slot, below <see cref="Count"/>.</param>
    /// <param name="value">Receives the value, [d].</param>
    public readonly void CopyValue(int page, int slot, Span<float> value)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)slot, (uint)Count(page), nameof(slot));
        for (int i = 0; i < _index.HeadDim; i++)
        {
            value[i] = _index.Layout.ValueElements(Block(page), slot, i / 16 * 16)[i % 16];
        }
    }

    /// <summary>Compares a page that is in a page file with what was written.</summary>
    /// <exception cref="PageFileException">It is something else.</exception>
    internal readonly void Verify(int page, int layer)
    {
        if (_index.PageBlocks[layer].IsInFile(Snapshot.Pages[page].Block))
        {
            _index.File!.Verify(Block(page, layer), _index.OwnerOf(layer), Count(page));
        }
    }

    /// <summary>q·k of a page's 16 places in one layer; −∞ in those without a token.</summary>
    internal readonly void Scores(int page, int layer, float* query, float* scores)
    {
        var none = Vector512.Create(float.NegativeInfinity);
        int count = Count(page);
        Vector512<float> products = count == 0
            ? none
            : Vector512.ConditionalSelect(PageDigests.Valid(count), _index.Layout.Scores(Block(page, layer), query), none);
        products.Store(scores);
    }

    /// <summary>Ends the reading.</summary>
    public void Dispose()
    {
        if (_pages is { } pages)
        {
            _pages = null;
            _index.Snapshots.Release(pages);
        }
    }

    /// <summary>Where a page's keys and values of one layer are, laid out by <see cref="HostPageLayout"/>.</summary>
    internal readonly byte* Block(int page, int layer = 0) => _index.PageBlocks[layer].Address(Snapshot.Pages[page].Block);
}
