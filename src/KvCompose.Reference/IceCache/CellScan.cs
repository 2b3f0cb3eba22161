namespace KvCompose.Reference.IceCache;

/// <summary>Which members of a cell a walk scores.</summary>
internal static class CellScan
{
    /// <summary>
    /// All members of a cell that is small or that wants all its members back; of a larger one those nearest to
    /// <paramref name="projected"/> along the projection, in runs, until ⌈share · members⌉ are taken.
    /// </summary>
    public static List<int> Members(PageTree tree, int parent, double projected, int wanted, float share)
    {
        List<int> members = tree.CellTokens(parent);
        int run = tree.Settings.ScanRun;
        if (members.Count <= Math.Max(wanted, run))
        {
            return members;
        }

        int enough = (int)MathF.Ceiling(share * members.Count);
        int right = members.FindIndex(token => tree.Projected(token) >= projected);
        right = right < 0 ? members.Count : right;
        int left = right - 1;
        var taken = new List<int>();
        while (taken.Count < Math.Min(enough, members.Count))
        {
            int end = Math.Min(taken.Count + run, members.Count);
            while (taken.Count < end)
            {
                bool goLeft = right == members.Count
                    || (left >= 0 && projected - tree.Projected(members[left]) < tree.Projected(members[right]) - projected);
                taken.Add(goLeft ? members[left--] : members[right++]);
            }
        }

        return taken;
    }
}
