namespace KvCompose.Residency.Pages;

/// <summary>
/// What a <see cref="PageRetrievalTier"/> knows of one key-value head of one layer of one sequence. The head's table is, in this order: pages that stay, pages
/// that were brought in, the last page that stays, pages of decoded tokens.
/// </summary>
internal sealed class PagedHead : IDisposable
{
    private readonly List<int> _missing = [];
    private int[] _pages = [];
    private int[] _versions = [];
    private PagedHead? _first;
    private PageIndex? _index;
    private int[] _chosen = [];
    private int _chosenCount;

    /// <summary>The pages that are not resident, or not always; null where everything is resident.</summary>
    public PageIndex? Index => _first is { } first ? first._index : _index;

    /// <summary>Layers before this one that share the index.</summary>
    public int Place { get; private set; }

    /// <summary>What the head has lost of a prompt that is not complete; null where nothing waits.</summary>
    public PendingIndexTokens? Waiting { get; private set; }

    /// <summary>Pages of the table that stay.</summary>
    public int Permanent { get; set; }

    /// <summary>Pages that were brought in.</summary>
    public int Slots { get; private set; }

    /// <summary>Host pages chosen for the current step, best first: by the first of the layers that share the index.</summary>
    public int[] Chosen => _first is { } first ? first._chosen : _chosen;

    /// <summary>How many of <see cref="Chosen"/> are.</summary>
    public int ChosenCount
    {
        get => _first is { } first ? first._chosenCount : _chosenCount;
        set => _chosenCount = value;
    }

    /// <summary>Whether the oldest page of decoded tokens has entered the index and is to leave the table.</summary>
    public bool LeftWindow { get; set; }

    /// <summary>Slots whose page must be copied before attention.</summary>
    public List<int> Loads { get; } = [];

    /// <summary>The place in the table of a slot.</summary>
    public int PlaceOf(int slot) => Permanent - 1 + slot;

    /// <summary>The host page of a slot.</summary>
    public int PageOf(int slot) => _pages[slot];

    /// <summary>Begins again.</summary>
    /// <param name="index">The pages that are not resident; null where everything is to be.</param>
    /// <param name="waiting">Holds what the head loses until the prompt is complete; null where that is known at once.</param>
    public void Open(PageIndex? index, PendingIndexTokens? waiting)
    {
        Dispose();
        (_index, Waiting) = (index, waiting);
    }

    /// <summary>Begins again with the pages of the same head in a layer before.</summary>
    /// <param name="first">The head in the first layer that has them.</param>
    /// <param name="place">Layers between.</param>
    public void Follow(PagedHead first, int place)
    {
        Dispose();
        (_first, Place) = (first, place);
    }

    /// <summary>The host pages of the slots, then their versions.</summary>
    public int[] Resident => [.. _pages.AsSpan(0, Slots), .. _versions.AsSpan(0, Slots)];

    /// <summary>Takes up what was saved: the table holds these pages.</summary>
    /// <param name="permanent">Pages of the table that stay.</param>
    /// <param name="pages">The host page of every slot.</param>
    /// <param name="versions">And its version.</param>
    public void Resume(int permanent, ReadOnlySpan<int> pages, ReadOnlySpan<int> versions)
    {
        Settled();
        (Permanent, Slots, _pages, _versions) = (permanent, pages.Length, pages.ToArray(), versions.ToArray());
    }

    /// <summary>Nothing waits any more.</summary>
    public void Settled()
    {
        Waiting?.Dispose();
        Waiting = null;
    }

    /// <summary>Makes room for a choice among so many page ids.</summary>
    public void Reserve(int ids)
    {
        if (_chosen.Length < ids)
        {
            _chosen = new int[ids + (ids / 2)];
        }
    }

    /// <summary>
    /// Compares the choice with what is resident. A chosen page whose content has not changed keeps its slot; the others take the slots of pages that
    /// were not chosen, in order. Slots beyond <see cref="Slots"/> are to be added, and those that <paramref name="surplus"/> names, descending, to be
    /// removed.
    /// </summary>
    public void Compare(in PageReader reader, List<int> surplus)
    {
        Loads.Clear();
        surplus.Clear();
        Span<bool> kept = stackalloc bool[Slots];
        Divide(reader, kept, _missing);

        int next = 0;
        for (int slot = 0; slot < Slots; slot++)
        {
            if (kept[slot])
            {
                continue;
            }

            if (next < _missing.Count)
            {
                Assign(slot, _missing[next++], reader);
            }
            else
            {
                surplus.Insert(0, slot);
            }
        }

        for (int slot = Slots; next < _missing.Count; slot++)
        {
            Assign(slot, _missing[next++], reader);
        }
    }

    /// <summary>Lists the chosen pages that are not resident as they are now, in the order in which <see cref="Compare"/> would load them.</summary>
    public void ListMissing(in PageReader reader, List<int> missing) => Divide(reader, stackalloc bool[Slots], missing);

    /// <summary>A slot was added to the table.</summary>
    public void Added() => Slots++;

    /// <summary>A slot was removed from the table.</summary>
    public void Removed(int slot)
    {
        Slots--;
        _pages.AsSpan(slot + 1, Slots - slot).CopyTo(_pages.AsSpan(slot));
        _versions.AsSpan(slot + 1, Slots - slot).CopyTo(_versions.AsSpan(slot));
    }

    /// <summary>Frees the index, and what waits for it.</summary>
    public void Dispose()
    {
        Settled();
        _index?.Dispose();
        _index = null;
        _first = null;
        Place = 0;
        Permanent = 0;
        Slots = 0;
        _chosenCount = 0;
    }

    // Slots whose page was chosen again, and chosen pages that are in no slot.
    private void Divide(in PageReader reader, Span<bool> kept, List<int> missing)
    {
        kept.Clear();
        missing.Clear();
        foreach (int page in Chosen.AsSpan(0, ChosenCount))
        {
            int slot = _pages.AsSpan(0, Slots).IndexOf(page);
            if (slot >= 0 && _versions[slot] == reader.Version(page))
            {
                kept[slot] = true;
            }
            else
            {
                missing.Add(page);
            }
        }
    }

    private void Assign(int slot, int page, in PageReader reader)
    {
        if (slot >= _pages.Length)
        {
            Array.Resize(ref _pages, Math.Max(16, 2 * slot));
            Array.Resize(ref _versions, _pages.Length);
        }

        _pages[slot] = page;
        _versions[slot] = reader.Version(page);
        Loads.Add(slot);
    }
}
