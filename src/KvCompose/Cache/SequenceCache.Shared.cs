namespace KvCompose.Cache;

/// <summary>Pages that two sequences hold, each until it writes to them, and slots that are filled before they count.</summary>
public sealed unsafe partial class SequenceCache
{
    private bool _shares; // whether a page may be held by another sequence, too

    /// <summary>Takes the pages of another sequence of the same shape and pool, without copying them.</summary>
    /// <param name="source">Keeps its pages; afterwards neither of the two writes to a page that both hold.</param>
    /// <exception cref="InvalidOperationException">This sequence holds pages.</exception>
    /// <exception cref="CacheLimitException">What sequences hold outside of pages does not fit into the limit; nothing changes.</exception>
    public void ShareFrom(SequenceCache source)
    {
        ObjectDisposedException.ThrowIf(_tables == null || source._tables == null, this);
        for (int i = 0; i < Layers * _heads; i++)
        {
            if (_tables[i].PageCount > 0)
            {
                throw new InvalidOperationException("a sequence that takes another's pages holds none before");
            }
        }

        if (source._counted)
        {
            CountOutside();
        }

        for (int i = 0; i < Layers * _heads; i++)
        {
            PageTable* from = source._tables + i, to = _tables + i;
            Reserve(to, from->PageCount);
            for (int page = 0; page < from->PageCount; page++)
            {
                _pool.Share(from->Pages[page]);
                to->Pages[page] = from->Pages[page];
            }

            (to->PageCount, to->Tokens, to->Budget, to->RetainsWeights) = (from->PageCount, from->Tokens, from->Budget, from->RetainsWeights);
            Copy(from->Residual, to->Residual, _pool.Layout.ResidualBytes);
            Copy(from->Channels, to->Channels, _pool.Layout.ChannelBytes);
        }

        _shares = source._shares = true;
    }

    /// <summary>Copies every page that another sequence holds, too: the next step may write to any.</summary>
    /// <exception cref="CacheLimitException">The pool's limit is reached. Pages copied so far stay.</exception>
    public void OwnAll()
    {
        for (int i = 0; i < Layers * _heads && _shares; i++)
        {
            for (int page = 0; page < _tables[i].PageCount; page++)
            {
                Own(_tables + i, page);
            }
        }

        _shares = false;
    }

    /// <summary>
    /// Gives every head of a layer pages of its own for more slots. Their tokens are written from <see cref="NextPlace"/> on, and count after
    /// <see cref="Extend"/>; <see cref="ReturnSpare"/> gives up what did not come to count.
    /// </summary>
    /// <param name="layer">The layer.</param>
    /// <param name="tokens">Slots, at least 1.</param>
    /// <exception cref="CacheLimitException">The pool's limit is reached. Pages rented so far stay reserved.</exception>
    public void ReserveMore(int layer, int tokens)
    {
        int pageTokens = _pool.Layout.PageTokens;
        for (int head = 0; head < _heads; head++)
        {
            PageTable* table = Checked(layer, head);
            int first = NextPlace(layer, head);
            if (_shares && first / pageTokens < table->PageCount)
            {
                Own(table, first / pageTokens);
            }

            while (table->PageCount * pageTokens < first + tokens)
            {
                AddPage(table);
            }
        }
    }

    /// <summary>Where the next slot of a head is: page · P + place in the page. Counted before pages were reserved.</summary>
    public int NextPlace(int layer, int head)
    {
        PageTable* table = Checked(layer, head);
        return !_pool.Layout.HasPerPageCounts ? table->Tokens
            : table->PageCount == 0 ? 0
            : ((table->PageCount - 1) * _pool.Layout.PageTokens) + *CountAt(table->Pages[table->PageCount - 1]);
    }

    /// <summary>Lets slots count that were filled.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="head">The key-value head.</param>
    /// <param name="place">What <see cref="NextPlace"/> was before pages were reserved.</param>
    /// <param name="tokens">Slots.</param>
    public void Extend(int layer, int head, int place, int tokens)
    {
        PageTable* table = Checked(layer, head);
        table->Tokens += tokens;
        int pageTokens = _pool.Layout.PageTokens;
        for (int page = place / pageTokens; _pool.Layout.HasPerPageCounts && page < table->PageCount; page++)
        {
            *CountAt(table->Pages[page]) = Math.Clamp(place + tokens - (page * pageTokens), 0, pageTokens);
        }
    }

    /// <summary>Pages of a head.</summary>
    public int Pages(int layer, int head) => Checked(layer, head)->PageCount;

    /// <summary>Returns the pages after the first ones of a head; none of them holds a slot that counts.</summary>
    public void ReturnSpare(int layer, int head, int pages) => ReturnPages(Checked(layer, head), pages);

    /// <summary>Keeps the open pages of all heads, so that <see cref="RestoreOpen"/> can undo what is stored after it.</summary>
    public byte[] SaveOpen()
        => _open == null ? [] : new ReadOnlySpan<byte>(_open, Layers * _heads * _pool.Layout.ResidualBytes).ToArray();

    /// <summary>Puts back what <see cref="SaveOpen"/> kept.</summary>
    public void RestoreOpen(byte[] saved) => saved.CopyTo(new Span<byte>(_open, saved.Length));

    private static void Copy(void* from, void* to, int bytes) => new ReadOnlySpan<byte>(from, bytes).CopyTo(new Span<byte>(to, bytes));

    private void Own(PageTable* table, int page)
    {
        int shared = table->Pages[page];
        if (_pool.IsShared(shared))
        {
            int own = RentPage();
            Copy(_pool.Address(shared), _pool.Address(own), _pool.Layout.PageBytes);
            table->Pages[page] = own;
            _pool.Return(shared);
        }
    }
}
