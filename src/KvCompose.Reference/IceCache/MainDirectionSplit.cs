namespace KvCompose.Reference.IceCache;

/// <summary>
/// Cuts the members of a cell into pages by halving them again and again along their main direction in the lifted space:
/// members of a page are near each other in every direction, not along one random one.
/// </summary>
public static class MainDirectionSplit
{
    private const int PowerSteps = 4;

    /// <summary>⌈members / pageTokens⌉ lists of at most <paramref name="pageTokens"/> tokens; each half of a cut holds its share of whole pages.</summary>
    public static List<List<int>> Pages(AugmentedKeys keys, List<int> members, int pageTokens)
    {
        int pages = (members.Count + pageTokens - 1) / pageTokens;
        if (pages <= 1)
        {
            return pages == 0 ? [] : [[.. members.Order()]];
        }

        List<int> ordered = AlongMainDirection(keys, members);
        int left = pages / 2 * pageTokens;
        return [.. Pages(keys, ordered[..left], pageTokens), .. Pages(keys, ordered[left..], pageTokens)];
    }

    /// <summary>The members in the order of their main direction, ties by token.</summary>
    public static List<int> AlongMainDirection(AugmentedKeys keys, List<int> members)
    {
        int width = keys.HeadDim + 1;
        double[] mean = keys.Mean(members);
        double[][] offsets = [.. members.Select(token => keys.Lifted(token))];
        foreach (double[] offset in offsets)
        {
            for (int i = 0; i < width; i++)
            {
                offset[i] -= mean[i];
            }
        }

        double[] direction = [.. offsets.MaxBy(offset => InnerProduct.Of(offset, offset))!];
        for (int step = 0; step < PowerSteps; step++)
        {
            var next = new double[width];
            foreach (double[] offset in offsets)
            {
                double share = InnerProduct.Of(offset, direction);
                for (int i = 0; i < width; i++)
                {
                    next[i] += share * offset[i];
                }
            }

            double norm = Math.Sqrt(InnerProduct.Of(next, next));
            direction = norm == 0 ? next : [.. next.Select(value => value / norm)];
        }

        return [.. members.Zip(offsets, (token, offset) => (At: InnerProduct.Of(offset, direction), Token: token)).Order().Select(pair => pair.Token)];
    }
}
