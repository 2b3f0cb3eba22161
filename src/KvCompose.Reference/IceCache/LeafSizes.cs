namespace KvCompose.Reference.IceCache;

/// <summary>How the members of one cell are cut into balanced pages.</summary>
public static class LeafSizes
{
    /// <summary>
    /// ⌈members / pageTokens⌉ sizes, each ⌊what remains / pages that remain⌋: they differ by at most one and grow
    /// (17 → 8, 9).
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative members, or pages of less than one token.</exception>
    public static int[] Of(int members, int pageTokens)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(members);
        ArgumentOutOfRangeException.ThrowIfLessThan(pageTokens, 1);
        var sizes = new int[(members + pageTokens - 1) / pageTokens];
        for (int leaf = 0; leaf < sizes.Length; leaf++)
        {
            sizes[leaf] = members / (sizes.Length - leaf);
            members -= sizes[leaf];
        }

        return sizes;
    }
}
