using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using KvCompose.Memory;

namespace KvCompose.Residency.Pages;

/// <summary>Tokens of a cell that are on the move from old pages to new ones, as lifted rows in an order that makes pages.</summary>
internal sealed unsafe class ClusterMembers(PageIndex index) : IDisposable
{
    private const int PageTokens = PageIndexSettings.PageTokens;

    private readonly NativeFloats _tile = new(PageTokens * index.HeadDim);
    private readonly List<PageMember> _members = [];
    private int[] _order = new int[8 * PageTokens];

    /// <summary>Lifted keys by member.</summary>
    public AugmentedKeyRows Rows { get; } = new(index.HeadDim);

    /// <summary>Orders the members.</summary>
    public MainDirection Direction { get; } = new();

    /// <summary>The members, to be ordered.</summary>
    public Span<int> Order => _order.AsSpan(0, _members.Count);

    /// <summary>Begins with no members.</summary>
    public void Clear() => _members.Clear();

    /// <summary>Adds a token.</summary>
    public void Add(PageMember member) => _members.Add(member);

    /// <summary>Adds all tokens of a cell.</summary>
    public void AddCell(PageEdit edit, int cell)
    {
        for (int page = edit.Pages.FirstOf(cell); page >= 0; page = edit.Pages.NextOf(page))
        {
            AddPage(edit, page);
        }
    }

    /// <summary>Adds all tokens of a page.</summary>
    public void AddPage(PageEdit edit, int page)
    {
        int block = edit.Pages.Pages[page].Block, count = edit.Pages.Counts[page];
        for (int slot = 0; slot < count; slot++)
        {
            _members.Add(new PageMember(block, slot));
        }
    }

    /// <summary>Reads the members' keys; afterwards the order is that in which they were added.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Gather()
    {
        int count = _members.Count, headDim = index.HeadDim;
        if (_order.Length < count)
        {
            _order = new int[count + (count / 2)];
        }

        Rows.Reserve(count + PageTokens);
        for (int member = 0; member < count;)
        {
            PageMember first = _members[member];
            index.Layout.ReadKeys(index.BlockOf(first, 0), _tile.Pointer);
            Vector512<float> lifts = AugmentedKeyRows.Lifts(index.Bound, KeyKernels.SquaredNorms(_tile.Pointer, headDim));
            if (first.Slot > 0)
            {
                KeyKernels.Gather(_tile.Pointer, first.Slot, headDim, Rows[member]);
                Rows.SetLift(member, lifts[first.Slot]);
                _order[member] = member++;
                continue;
            }

            // A whole page: what its empty places leave behind its tokens is written over, or behind the last member.
            KeyKernels.Transpose(_tile.Pointer, headDim, Rows[member], Rows.Width);
            for (int slot = 0; member < count && _members[member] == first with { Slot = slot }; slot++)
            {
                Rows.SetLift(member, lifts[slot]);
                _order[member] = member++;
            }
        }
    }

    /// <summary>Sorts some members along their main direction.</summary>
    public void SortAlongMainDirection(Span<int> members) => Direction.Order(Rows, members);

    /// <summary>
    /// Forms as few pages of some members as hold them, at the end of a cell: halves along the main direction again and again. Pages are of nearly equal
    /// size, so that tokens that come later find room in the page that they are nearest to.
    /// </summary>
    public void Form(PageEdit edit, int cell, Span<int> members)
    {
        Part(edit, cell, members);
        edit.Refresh();
    }

    private void Part(PageEdit edit, int cell, Span<int> members)
    {
        int pages = (members.Length + PageTokens - 1) / PageTokens;
        if (pages == 1)
        {
            Fill(edit, cell, members);
            return;
        }

        SortAlongMainDirection(members);
        int left = members.Length * (pages / 2) / pages;
        Part(edit, cell, members[..left]);
        Part(edit, cell, members[left..]);
    }

    private void Fill(PageEdit edit, int cell, ReadOnlySpan<int> members)
    {
        Span<PageMember> page = stackalloc PageMember[members.Length];
        for (int i = 0; i < members.Length; i++)
        {
            page[i] = _members[members[i]];
        }

        edit.Form(cell, page);
    }

    public void Dispose()
    {
        _tile.Dispose();
        Rows.Dispose();
    }
}
