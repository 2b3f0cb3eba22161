namespace KvCompose;

/// <summary>
/// How many of a prompt's tokens a head of HeteroCache keeps. Source: "HeteroCache", ACL 2026, arXiv 2601.13684.
/// </summary>
internal static class HeteroCapacity
{
    /// <summary>base = ⌊(r·H − F)·n / (H − F)⌋ in IEEE doubles: the tokens of a head of weight 1.</summary>
    /// <param name="ratio">r, the share of the prompt that stays resident over the whole model.</param>
    /// <param name="profile">Says how many heads there are (H), and how many of them keep every token (F).</param>
    /// <param name="tokens">n, tokens that reached the layer.</param>
    /// <exception cref="ArgumentException">Every head keeps every token: there is nothing to share out.</exception>
    public static int Base(double ratio, HeadProfile profile, int tokens)
    {
        int heads = profile.Heads, full = profile.FullHeads;
        if (full >= heads)
        {
            throw new ArgumentException($"HeteroCache: all of the {heads} heads in the profile keep every token", nameof(profile));
        }

        return (int)(((ratio * heads) - full) * tokens / (heads - full));
    }

    /// <summary>min(⌊base·w⌋, n), at least 0.</summary>
    /// <param name="baseTokens">Tokens of a head of weight 1.</param>
    /// <param name="weight">w.</param>
    /// <param name="tokens">n, tokens that reached the layer.</param>
    /// <param name="single">Whether the product is a single, as in the published code (<see cref="PublishedDefects.TwoPrecisions"/>).</param>
    public static int Of(int baseTokens, double weight, int tokens, bool single)
    {
        double share = single ? (float)baseTokens * (float)weight : baseTokens * weight;
        return share >= tokens ? tokens : Math.Max(0, (int)share);
    }
}
