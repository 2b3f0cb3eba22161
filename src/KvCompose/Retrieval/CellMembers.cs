using System.Runtime.CompilerServices;
using KvCompose.Memory;

namespace KvCompose.Retrieval;

/// <summary>Tokens of a cell that are on the move from old pages to new ones, as lifted rows in an order that makes pages.</summary>
internal sealed unsafe class CellMembers(PageIndex index) : IDisposable
{
    private const int PageTokens = PageIndexSettings.PageTokens;

    private readonly NativeFloats _tile = new(PageTokens * index.HeadDim);
    private readonly List<PageMember> _members = [];
    private int[] _order = new int[8 * PageTokens];
    private ulong[] _keys = new ulong[8 * PageTokens];

    /// <summary>Lifted keys by member.</summary>
    public MemberRows Rows { get; } = new(index.HeadDim);

    /// <summary>The members, to be ordered.</summary>
    public Span<int> Order => _order.AsSpan(0, _members.Count);

    /// <summary>Begins with no members.</summary>
    public void Clear() => _members.Clear();

    /// <summary>Adds a token.</summary>
    public void Add(PageMember member) => _members.Add(member);

    /// <summary>Adds all tokens of a cell.</summary>
    public void AddCell(PageEdit edit, int cell)
    {
        for (int page = edit.Pages.CellFirst[cell]; page >= 0; page = edit.Pages.Next[page])
        {
            AddPage(edit, page);
        }
    }

    /// <summary>Adds all tokens of a page.</summary>
    public void AddPage(PageEdit edit, int page)
    {
        for (int slot = 0; slot < edit.Pages.Counts[page]; slot++)
        {
            _members.Add(new PageMember(edit.Pages.Blocks[page], slot));
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
            _keys = new ulong[_order.Length];
        }

        Rows.Reserve(count);
        int? read = null;
        for (int member = 0; member < count; member++)
        {
            _order[member] = member;
            if (_members[member].Block != read)
            {
                read = _members[member].Block;
                index.Layout.ReadKeys(index.BlockOf(_members[member], 0), _tile.Pointer);
            }

            float* row = Rows[member];
            KeyMath.Gather(_tile.Pointer, _members[member].Slot, headDim, row);
            Rows.SetLift(member, MemberRows.Lift(index.Bound, KeyMath.Dot(row, row, headDim)));
        }
    }

    /// <summary>Sorts some members along their main direction.</summary>
    public void SortAlongMainDirection(Span<int> members) => MainDirection.Order(Rows, members, _keys.AsSpan(0, members.Length));

    /// <summary>
    /// Forms as few pages of some members as hold them, at the end of a cell: halves along the main direction again and again. Pages are of nearly equal
    /// size, so that tokens that come later find room in the page that they are nearest to.
    /// </summary>
    public void Form(PageEdit edit, int cell, Span<int> members)
    {
        int pages = (members.Length + PageTokens - 1) / PageTokens;
        if (pages == 1)
        {
            Fill(edit, cell, members);
            return;
        }

        SortAlongMainDirection(members);
        int left = members.Length * (pages / 2) / pages;
        Form(edit, cell, members[..left]);
        Form(edit, cell, members[left..]);
    }

    private void Fill(PageEdit edit, int cell, ReadOnlySpan<int> members)
    {
        int page = edit.Open(cell);
        foreach (int member in members)
        {
            edit.Put(page, _members[member]);
        }

        edit.Refresh(page);
    }

    public void Dispose()
    {
        _tile.Dispose();
        Rows.Dispose();
    }
}
