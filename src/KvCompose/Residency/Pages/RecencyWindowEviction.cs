using KvCompose.Threading;

namespace KvCompose.Residency.Pages;

/// <summary>
/// Decoded tokens leave the window page by page: a head's oldest page of them enters its index, and goes out of its table and out of the tables of the layers
/// that share the index. Those have the same tokens there: the page was full before the step began.
/// </summary>
internal sealed unsafe class RecencyWindowEviction(TierContext context, PageRetrievalSettings settings, PageTransfer transfer, PagedHead[,,] heads)
{
    private const int PageTokens = PageIndexSettings.PageTokens;

    private readonly List<PagedHeadRef> _leaving = [];

    /// <summary>Takes pages from every head while its window is full without the oldest: one after a step, as many as came with an appended chunk.</summary>
    /// <param name="parts">Heads of the first layer of a reuse group.</param>
    /// <param name="coming">Tokens that the step has yet to append to every head, for which there is room in their last pages.</param>
    public void Run(List<PagedHeadRef> parts, int coming)
    {
        while (TakeOldest(parts, coming))
        {
        }
    }

    /// <returns>Whether any page has left.</returns>
    private bool TakeOldest(List<PagedHeadRef> parts, int coming)
    {
        _leaving.Clear();
        foreach (PagedHeadRef part in parts)
        {
            if (DecodedTokens(part, coming) >= settings.Window + PageTokens)
            {
                _leaving.Add(part);
            }
        }

        if (_leaving.Count == 0)
        {
            return false;
        }

        bool any = false;
        var insert = new InsertWork { Leave = this };
        context.Workers.Run(ref insert, _leaving.Count);
        foreach (PagedHeadRef part in _leaving)
        {
            for (int place = 0; place < part.Paged.Index!.Layers && part.Paged.LeftWindow; place++)
            {
                part.Cache.RemovePage(part.Layer + place, part.Head, OldestOf(part, place));
                any = true;
            }
        }

        return any;
    }

    // Tokens of the pages after those that stay and those that were brought in; 0 while there is but one, which new tokens go to.
    private static int DecodedTokens(PagedHeadRef part, int coming)
    {
        int pages = part.Table->PageCount - part.Paged.Permanent - part.Paged.Slots;
        return pages > 1 ? ((pages - 1) * PageTokens) + *part.Cache.CountAt(part.Table->Pages[part.Table->PageCount - 1]) + coming : 0;
    }

    // The place in the table of a layer of the group.
    private int OldestOf(PagedHeadRef part, int place)
    {
        PagedHead head = heads[part.Sequence, part.Layer + place, part.Head];
        return head.Permanent + head.Slots;
    }

    private struct InsertWork : IParallelWork
    {
        public RecencyWindowEviction Leave;

        public readonly void Run(int item, int worker)
        {
            PagedHeadRef part = Leave._leaving[item];
            Span<int> pages = stackalloc int[part.Paged.Index!.Layers];
            for (int place = 0; place < pages.Length; place++)
            {
                pages[place] = part.Cache.Layer(part.Layer + place)[part.Head].Pages[Leave.OldestOf(part, place)];
            }

            part.Paged.LeftWindow = Leave.Transfer.TryInsert(part.Paged.Index, pages, worker);
        }
    }

    private PageTransfer Transfer => transfer;
}
