namespace KvCompose.Shared.Profiles;

/// <summary>The parts that the key-value heads of a model play. Their weights are the values of the <see cref="ProfileSpec"/>.</summary>
/// <param name="Classes">Numbers of <c>HeadClass</c>, layer by layer.</param>
/// <param name="Stars">Stars of all layers, each layer's in the order in which they are visited.</param>
internal sealed record HeadRoleTable(EquatableArray<int> Classes, EquatableArray<StarSpec> Stars)
{
    /// <summary>Heads of a class.</summary>
    public int Count(params HeadClass[] classes) => Classes.Count(head => classes.Contains((HeadClass)head));
}

/// <summary>A star of one layer.</summary>
internal sealed record StarSpec(int Layer, int Pivot, EquatableArray<int> Satellites);
