using System.Runtime.CompilerServices;

namespace KvCompose.Residency.Pages;

/// <summary>
/// Makes two cells of one that has grown: its members are halved along their main direction, the means of the halves become the landmarks of the
/// two cells, and every member goes to the nearer of them; as often as a build does, the landmarks then move to the means of what they got. Promotion is thereby by need, not by count: landmarks appear where tokens arrive.
/// </summary>
/// <remarks>
/// A cell is divided when it holds more than <see cref="DivideAt"/> / p0 tokens, so that cells hold 1/p0 on average (sizes between a limit and its half
/// have a mean of ln 2 times the limit), and has taken <see cref="GrownBy"/> / p0 since it was formed, which bounds what a token pays for divisions.
/// </remarks>
internal sealed unsafe class ClusterDivision(PageIndex index, ClusterMembers members)
{
    private const float DivideAt = 1.44f;
    private const float GrownBy = 0.5f;

    private readonly int _divideAt = (int)Math.Min(DivideAt / index.Settings.Promotion, int.MaxValue / 2);
    private readonly int _grownBy = (int)Math.Min(GrownBy / index.Settings.Promotion, int.MaxValue / 2);
    private int[] _going = [];

    /// <summary>Whether a cell that holds so many tokens is to be divided.</summary>
    public bool IsDue(PageSnapshot pages, int cell, int held) => held > _divideAt && held - pages.CellEntries[cell].Formed > _grownBy;

    /// <summary>Divides a cell. Where its halves have one and the same mean, as equal keys do, it stays one until it has doubled.</summary>
    public void Divide(PageEdit edit, int cell)
    {
        PageSnapshot pages = edit.Pages;
        members.Clear();
        members.AddCell(edit, cell);
        members.Gather();
        Span<int> order = members.Order;
        members.SortAlongMainDirection(order);
        int other = index.ClusterCentroids.Count, stay = order.Length / 2;
        index.ClusterCentroids.Add(members.Rows[order[^1]], members.Rows[order[^1]][index.HeadDim]);
        for (int step = 0; step <= index.Settings.Refinements && stay > 0 && stay < order.Length; step++)
        {
            Recentre(cell, order[..stay]);
            Recentre(other, order[stay..]);
            stay = Part(cell, other, order);
        }

        if (stay == 0 || stay == order.Length)
        {
            index.ClusterCentroids.Truncate(other);
            pages.ChangeCell(cell).Formed = 2 * order.Length;
            return;
        }

        edit.FreeCell(cell);
        edit.AddCell(order.Length - stay);
        members.Form(edit, cell, order[..stay]);
        members.Form(edit, other, order[stay..]);
        pages.ChangeCell(cell).Formed = stay;
    }

    private void Recentre(int cell, ReadOnlySpan<int> own)
    {
        float* mean = stackalloc float[members.Rows.Width];
        members.Direction.Mean(members.Rows, own, mean);
        index.ClusterCentroids.Move(cell, mean, index.Bound);
    }

    // Those that stay, then those that go, in the order they had.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Part(int cell, int other, Span<int> order)
    {
        ClusterCentroids landmarks = index.ClusterCentroids;
        if (_going.Length < order.Length)
        {
            _going = new int[2 * order.Length];
        }

        Span<int> going = _going;
        int stay = 0, go = 0;
        foreach (int member in order)
        {
            float* row = members.Rows[member];
            if (landmarks.Product(other, row, row[index.HeadDim]) > landmarks.Product(cell, row, row[index.HeadDim]))
            {
                going[go++] = member;
            }
            else
            {
                order[stay++] = member;
            }
        }

        going[..go].CopyTo(order[stay..]);
        return stay;
    }
}
