namespace KvCompose.Reference.HeteroCache;

/// <summary>Greedy cover of the similarity graph of one layer by stars. Spec §1.1.</summary>
public static class StarCover
{
    /// <summary>
    /// Again and again the head with most neighbours among the heads left (ties: lower index) becomes a pivot and takes those
    /// neighbours as satellites, until no head left has a neighbour left.
    /// </summary>
    /// <param name="similar">[head, head]: whether the second is a neighbour of the first. Need not be symmetric.</param>
    /// <returns>Stars in the order found, satellites ascending; and the heads in no star, ascending.</returns>
    public static (IReadOnlyList<PivotGroup> Stars, IReadOnlyList<int> Unassigned) Of(bool[,] similar)
    {
        var left = new SortedSet<int>(Enumerable.Range(0, similar.GetLength(0)));
        var stars = new List<PivotGroup>();
        while (left.Count > 0)
        {
            int pivot = left.MaxBy(head => Neighbours(head).Count());
            int[] satellites = [.. Neighbours(pivot)];
            if (satellites.Length == 0)
            {
                break;
            }

            stars.Add(new PivotGroup(pivot, satellites));
            left.Remove(pivot);
            left.ExceptWith(satellites);
        }

        return (stars, [.. left]);

        IEnumerable<int> Neighbours(int head) => left.Where(other => other != head && similar[head, other]);
    }
}
