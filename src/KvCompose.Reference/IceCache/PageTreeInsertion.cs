namespace KvCompose.Reference.IceCache;

/// <summary>Takes keys that leave the window during decode into a tree, token by token (the library's main branch).</summary>
public static class PageTreeInsertion
{
    /// <summary>
    /// Adds one key [headDim]. The promotion counter goes on where the build left it; a token that joins a level above 0
    /// draws every token one level below that is strictly closer to it than to its own parent.
    /// </summary>
    /// <returns>The token number of the key.</returns>
    public static int Insert(PageTree tree, ReadOnlySpan<float> key)
    {
        int token = tree.Keys.Append(key);
        int level = tree.Promotion.Take();
        bool opens = level == tree.Levels.Count;
        tree.AddToLevel(token, level);
        if (opens)
        {
            tree.Crown(token);
        }

        tree.Insert(token, level == tree.Levels.Count - 1 ? PageTree.Root : Parent(tree, token, level + 1));
        if (level > 0 && !opens)
        {
            DrawCloser(tree, token, level - 1);
        }

        return token;
    }

    private static int Parent(PageTree tree, int token, int level)
    {
        IceCacheSettings settings = tree.Settings;
        return tree.Levels[level].Count <= settings.ExhaustiveLimit
            ? ParentSearch.Nearest(tree.Keys, token, tree.Levels[level])
            : ParentSearch.Walk(tree, token, level, settings.InsertFieldOfView, settings.InsertShare);
    }

    private static void DrawCloser(PageTree tree, int parent, int level)
    {
        foreach (int token in tree.Levels[level])
        {
            double here = tree.Keys.HalfSquaredDistance(token, tree.ParentOf(token));
            if (tree.Keys.HalfSquaredDistance(token, parent) < here)
            {
                tree.Remove(token);
                tree.Insert(token, parent);
            }
        }
    }
}
