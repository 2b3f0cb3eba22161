namespace KvCompose.Reference.IceCache;

/// <summary>Which members of a cell a walk scores.</summary>
internal static class CellScan
{
    /// <summary>
    /// All members of a cell that is small or that wants all its members back; of a larger one those nearest to
    /// <paramref name="projected"/> along the projection, in runs on the side whose next member is nearer, until ⌈share · members⌉ are taken.
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
        while (taken.Count < enough)
        {
            // The side is chosen once for a whole run; at an end of the cell the run goes on from the other side.
            bool goLeft = left >= 0
                && (right == members.Count || projected - tree.Projected(members[left]) < tree.Projected(members[right]) - projected);
            for (int count = Math.Min(run, members.Count - taken.Count); count > 0; count--)
            {
                taken.Add(right == members.Count || (goLeft && left >= 0) ? members[left--] : members[right++]);
            }
        }

        return taken;
    }
}
