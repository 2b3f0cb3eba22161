namespace KvCompose.Reference.HeteroCache;

/// <summary>
/// Which pages of a layer's pool each head holds. The prompt's pages are laid out head after head in physical order; decoding takes
/// the next page in line whenever a head's length reaches a page border. Spec §1.5, storage.
/// </summary>
public sealed class PageLedger
{
    private readonly int[] order;
    private readonly List<int>[] pages;
    private int taken;

    /// <summary>Lays out a prompt.</summary>
    /// <param name="order">Heads in physical order.</param>
    /// <param name="capacity">[head]: prompt tokens to make room for.</param>
    /// <param name="maxNewTokens">Tokens that will be decoded at most: the pool is made for them.</param>
    /// <param name="pageTokens">Tokens of a page.</param>
    public PageLedger(IReadOnlyList<int> order, IReadOnlyList<int> capacity, int maxNewTokens, int pageTokens)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pageTokens, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(maxNewTokens);
        this.order = [.. order];
        PageTokens = pageTokens;
        pages = new List<int>[order.Count];
        foreach (int head in order)
        {
            int count = PagesFor(capacity[head]);
            pages[head] = [.. Enumerable.Range(taken, count)];
            taken += count;
            TotalPages += PagesFor(capacity[head] + maxNewTokens);
        }
    }

    /// <summary>Tokens of a page.</summary>
    public int PageTokens { get; }

    /// <summary>Pages of the pool.</summary>
    public int TotalPages { get; }

    /// <summary>Pages that no head holds.</summary>
    public int FreePages => TotalPages - taken;

    /// <summary>Pages of a head, first tokens first.</summary>
    public IReadOnlyList<int> PagesOf(int head) => pages[head];

    /// <summary>Row of the pool where the pages of a head begin, or −1 if it has none.</summary>
    public int FirstRow(int head) => Row(head, 0);

    /// <summary>Row of the pool that holds a head's token, or −1 if no page of the head covers it.</summary>
    public int Row(int head, int index)
    {
        int page = index / PageTokens;
        return page < pages[head].Count ? pages[head][page] * PageTokens + index % PageTokens : -1;
    }

    /// <summary>Makes room for one more token of every head.</summary>
    /// <param name="lengths">[head]: tokens held so far.</param>
    /// <exception cref="InvalidOperationException">The pool has no page left: more tokens are decoded than it was made for.</exception>
    public void Extend(IReadOnlyList<int> lengths)
    {
        foreach (int head in order.Where(head => lengths[head] / PageTokens >= pages[head].Count))
        {
            if (FreePages == 0)
            {
                throw new InvalidOperationException(
                    $"all {TotalPages} pages of the layer are taken and head {head} needs one for token {lengths[head]}");
            }

            pages[head].Add(taken++);
        }
    }

    private int PagesFor(int tokens) => (tokens + PageTokens - 1) / PageTokens;
}
