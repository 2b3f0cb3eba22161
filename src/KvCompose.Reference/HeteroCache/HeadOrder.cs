namespace KvCompose.Reference.HeteroCache;

/// <summary>
/// The order in which heads lie in memory: anchors, satellites, volatile heads, pivots, each in model order. What is compressed is
/// the front of every layer, the pivots its back; the model's output does not change. Spec §1.2.
/// </summary>
public static class HeadOrder
{
    /// <summary>Model index of the head at each physical place of a layer.</summary>
    public static int[] Of(IReadOnlyList<HeadClass> classes) =>
        [.. Enumerable.Range(0, classes.Count).OrderBy(head => Place(classes[head]))];

    /// <summary>The same for the query heads: whole groups move with their key-value head.</summary>
    public static int[] OfQueryHeads(IReadOnlyList<int> order, int groupSize) =>
        [.. order.SelectMany(head => Enumerable.Range(head * groupSize, groupSize))];

    /// <summary>The profile of the model whose heads have been put in order. Stars keep their order, satellites are sorted.</summary>
    public static HeadProfile Reorder(HeadProfile profile)
    {
        int[][] orders = [.. profile.Classes.Select(classes => Of(classes))];
        return new HeadProfile(
            orders.Select((order, layer) => order.Select(head => profile.Classes[layer][head])),
            orders.Select((order, layer) => order.Select(head => profile.Weights[layer][head])),
            orders.Select((order, layer) => profile.Stars[layer].Select(star => new PivotGroup(
                Array.IndexOf(order, star.Pivot), star.Satellites.Select(head => Array.IndexOf(order, head)).Order()))));
    }

    private static int Place(HeadClass headClass) => headClass switch
    {
        HeadClass.Anchor => 0,
        HeadClass.Satellite => 1,
        HeadClass.Volatile => 2,
        _ => 3,
    };
}
