namespace KvCompose.Reference.HeteroCache;

/// <summary>Prompt tokens of the heads of one layer.</summary>
/// <param name="Base">Tokens of a head of weight 1, also the size K of every pivot's reference set.</param>
/// <param name="Capacity">[head]: tokens that pages are laid out for and that a refresh brings.</param>
/// <param name="Kept">[head]: tokens kept of the prompt; differs from the capacity only under defect C.</param>
public sealed record LayerBudget(int Base, int[] Capacity, int[] Kept)
{
    /// <summary>The budget of a layer for a prompt.</summary>
    /// <param name="profile">Classes and weights.</param>
    /// <param name="layer">Which layer.</param>
    /// <param name="ratio">r over the whole model.</param>
    /// <param name="promptTokens">n. A prompt of one token is kept whole by every head: there is nothing to choose.</param>
    /// <param name="defects"><see cref="PublishedDefects.TwoPrecisions"/> or none.</param>
    /// <exception cref="ArgumentOutOfRangeException">The ratio is below the share of the full heads.</exception>
    public static LayerBudget Of(HeadProfile profile, int layer, double ratio, int promptTokens, PublishedDefects defects)
    {
        int heads = profile.KeyValueHeads;
        int[] whole = [.. Enumerable.Repeat(promptTokens, heads)];
        if (promptTokens == 1)
        {
            return new LayerBudget(0, whole, whole);
        }

        int baseTokens = HeadBudget.Base(ratio, profile.Heads, profile.FullHeads, promptTokens);
        if (baseTokens < 0)
        {
            double share = (double)profile.FullHeads / profile.Heads;
            throw new ArgumentOutOfRangeException(nameof(ratio), ratio,
                $"below {share:R}, the share of the {profile.FullHeads} heads that keep the whole prompt");
        }

        int[] capacity = [.. Enumerable.Range(0, heads).Select(head => Tokens(head, HeadBudget.Capacity))];
        int[] kept = defects.HasFlag(PublishedDefects.TwoPrecisions)
            ? [.. Enumerable.Range(0, heads).Select(head => Tokens(head, HeadBudget.CapacityInSingle))]
            : capacity;
        return new LayerBudget(baseTokens, capacity, kept);

        int Tokens(int head, Func<int, double, int, int> floor) => profile.Classes[layer][head] is HeadClass.Volatile or HeadClass.Pivot
            ? promptTokens
            : floor(baseTokens, profile.Weights[layer][head], promptTokens);
    }
}
