namespace KvCompose.Reference.IceCache;

/// <summary>One budget for the G query heads of a key-value head.</summary>
public static class GroupMerge
{
    /// <summary>Interleaves the heads' ranked pages by rank (rank 0 of every head, then rank 1, ...) and keeps the first distinct ones.</summary>
    /// <param name="ranked">[group][rank], best first; the lists may differ in length.</param>
    /// <param name="pages">B, pages kept for the group.</param>
    public static int[] Interleave(IReadOnlyList<int[]> ranked, int pages)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(pages);
        var chosen = new List<int>();
        int depth = ranked.Max(list => list.Length);
        for (int rank = 0; rank < depth; rank++)
        {
            foreach (int[] list in ranked)
            {
                if (rank < list.Length && chosen.Count < pages && !chosen.Contains(list[rank]))
                {
                    chosen.Add(list[rank]);
                }
            }
        }

        return [.. chosen];
    }
}
