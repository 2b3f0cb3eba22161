namespace KvCompose.Reference.IceCache;

/// <summary>The published search: a beam of the best inner products from the root to the lowest cells, then pages by their best token.</summary>
public static class TreeSearch
{
    /// <summary>Pages chosen for one query head, best first, and how many keys were scored for it.</summary>
    public readonly record struct Result(int[] Pages, int KeysScored);

    /// <summary>Chooses pages.</summary>
    /// <param name="tree">The index.</param>
    /// <param name="query">[headDim], rotated.</param>
    /// <param name="pages">B, pages wanted; fewer come back when the beam reaches fewer.</param>
    /// <param name="fieldOfView">F, width of the beam.</param>
    /// <returns>Distinct live pages, the highest q·k of a member seen first; ties go to the lower page id.</returns>
    /// <exception cref="ArgumentException">The query has another length or is not finite.</exception>
    public static Result Select(PageTree tree, ReadOnlySpan<float> query, int pages, int fieldOfView)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pages, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(fieldOfView, 1);
        if (query.Length != tree.Keys.HeadDim)
        {
            throw new ArgumentException($"a query of {query.Length} elements where headDim is {tree.Keys.HeadDim}", nameof(query));
        }

        double[] wide = AugmentedKeys.Widen(query);
        if (!Array.TrueForAll(wide, double.IsFinite))
        {
            throw new ArgumentException($"query element {Array.FindIndex(wide, value => !double.IsFinite(value))} is not finite", nameof(query));
        }

        var scores = new Dictionary<int, double>();
        double projected = tree.Keys.ProjectQuery(query);
        var candidates = new HashSet<int>();
        List<int> beam = Scan(PageTree.Root, fieldOfView);
        candidates.UnionWith(beam);
        for (int level = tree.Levels.Count - 2; level >= 0; level--)
        {
            int wanted = level == 0 ? pages : fieldOfView;
            List<int> below = [.. beam.SelectMany(parent => Scan(parent, wanted))];
            beam = level == 0 ? below : Best(below, fieldOfView);
            candidates.UnionWith(beam);
        }

        return new Result(RankPages(tree, candidates, scores, pages), scores.Count);

        List<int> Scan(int parent, int wanted)
        {
            List<int> members = CellScan.Members(tree, parent, projected, wanted, tree.Settings.QueryShare);
            foreach (int token in members)
            {
                scores[token] = InnerProduct.Of(wide, tree.Keys.Key(token));
            }

            return Best(members, wanted);
        }

        List<int> Best(List<int> tokens, int count) => [.. tokens.OrderByDescending(token => scores[token]).ThenBy(token => token).Take(count)];
    }

    private static int[] RankPages(PageTree tree, HashSet<int> candidates, Dictionary<int, double> scores, int pages)
    {
        var best = new Dictionary<int, double>();
        foreach (int token in candidates)
        {
            int page = tree.PageOf(token);
            best[page] = Math.Max(best.GetValueOrDefault(page, double.NegativeInfinity), scores[token]);
        }

        return [.. best.OrderByDescending(entry => entry.Value).ThenBy(entry => entry.Key).Take(pages).Select(entry => entry.Key)];
    }
}
