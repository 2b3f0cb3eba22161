namespace KvCompose.Reference.IceCache;

/// <summary>Finds the nearest token of a level by the distance of lifted keys.</summary>
internal static class ParentSearch
{
    /// <summary>The nearest of <paramref name="candidates"/>, the first of equals.</summary>
    public static int Nearest(AugmentedKeys keys, int token, IReadOnlyList<int> candidates)
    {
        int nearest = -1;
        double least = double.PositiveInfinity;
        foreach (int candidate in candidates)
        {
            double distance = keys.HalfSquaredDistance(token, candidate);
            if (distance < least)
            {
                least = distance;
                nearest = candidate;
            }
        }

        return nearest;
    }

    /// <summary>Walks the tree from the root down to <paramref name="level"/> with a beam: nearly always the nearest.</summary>
    public static int Walk(PageTree tree, int token, int level, int fieldOfView, float share)
    {
        AugmentedKeys keys = tree.Keys;
        double projected = keys.Project(token);
        List<int> beam = Best(CellScan.Members(tree, PageTree.Root, projected, fieldOfView, share));
        for (int at = tree.Levels.Count - 2; at >= level; at--)
        {
            beam = Best(beam.SelectMany(parent => Best(CellScan.Members(tree, parent, projected, fieldOfView, share))));
        }

        return beam[0];

        List<int> Best(IEnumerable<int> tokens) => tokens
            .Select(other => (Distance: keys.HalfSquaredDistance(token, other), Token: other))
            .Order().Take(fieldOfView).Select(pair => pair.Token).ToList();
    }
}
