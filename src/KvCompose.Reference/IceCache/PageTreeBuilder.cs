namespace KvCompose.Reference.IceCache;

/// <summary>Builds the tree of a prompt in one go, in the library's serial order.</summary>
public static class PageTreeBuilder
{
    /// <summary>Levels by the counter, cells from the top down, pages by the projection.</summary>
    /// <exception cref="ArgumentException">There is no key.</exception>
    public static PageTree Build(AugmentedKeys keys, IceCacheSettings settings)
    {
        if (keys.Count == 0)
        {
            throw new ArgumentException("a tree needs at least one key", nameof(keys));
        }

        var tree = new PageTree(keys, settings);
        for (int token = 0; token < keys.Count; token++)
        {
            tree.AddToLevel(token, tree.Promotion.Take());
        }

        int top = tree.Levels.Count - 1;
        tree.FormCell(PageTree.Root, [.. tree.Levels[top]]);
        for (int level = top - 1; level >= 0; level--)
        {
            int[] parents = Parents(tree, level);
            ILookup<int, int> cells = tree.Levels[level].Zip(parents).ToLookup(pair => pair.Second, pair => pair.First);
            foreach (int parent in tree.Levels[level + 1])
            {
                tree.FormCell(parent, [.. cells[parent]]);
            }
        }

        return tree;
    }

    private static int[] Parents(PageTree tree, int level)
    {
        IReadOnlyList<int> tokens = tree.Levels[level];
        IReadOnlyList<int> landmarks = tree.Levels[level + 1];
        IceCacheSettings settings = tree.Settings;
        Func<int, int> exact = landmarks.Count <= settings.ExhaustiveLimit
            ? token => ParentSearch.Nearest(tree.Keys, token, landmarks)
            : token => ParentSearch.Walk(tree, token, level + 1, settings.BuildFieldOfView, settings.BuildShare);
        return level == 0 && settings.Anchors is { } anchors && tokens.Count > settings.ExhaustiveLimit
            ? FromAnchors(tree.Keys, tokens, anchors, exact)
            : [.. tokens.Select(exact)];
    }

    private static int[] FromAnchors(AugmentedKeys keys, IReadOnlyList<int> tokens, AnchorShortcut shortcut, Func<int, int> exact)
    {
        var parents = new int[tokens.Count];
        var farthestChild = new Dictionary<int, double>();
        List<int> anchors = [.. Enumerable.Range(0, tokens.Count).Where(i => i % shortcut.Interval == 0 || i == tokens.Count - 1)];
        foreach (int anchor in anchors)
        {
            parents[anchor] = exact(tokens[anchor]);
            Reach(parents[anchor], keys.HalfSquaredDistance(tokens[anchor], parents[anchor]));
        }

        int passed = 0, nearAt = -1;
        List<int> near = [];
        for (int i = 0; i < tokens.Count; i++)
        {
            if (passed < anchors.Count && anchors[passed] == i)
            {
                passed++;
                continue;
            }

            if (nearAt != passed)
            {
                int first = Math.Max(0, passed - shortcut.Reach);
                int last = Math.Min(anchors.Count, passed + shortcut.Reach);
                near = [.. anchors[first..last].Select(anchor => parents[anchor]).Distinct().Order()];
                nearAt = passed;
            }

            int parent = ParentSearch.Nearest(keys, tokens[i], near);
            if (farthestChild[parent] * shortcut.Tolerance < keys.HalfSquaredDistance(tokens[i], parent))
            {
                parent = exact(tokens[i]);
            }

            parents[i] = parent;
            Reach(parent, keys.HalfSquaredDistance(tokens[i], parent));
        }

        return parents;

        void Reach(int parent, double distance)
            => farthestChild[parent] = Math.Max(farthestChild.GetValueOrDefault(parent, double.NegativeInfinity), distance);
    }
}
