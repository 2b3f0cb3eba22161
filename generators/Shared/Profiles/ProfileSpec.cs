namespace KvCompose.Shared.Profiles;

/// <summary>What was read from the file that a stage's declaration names.</summary>
/// <param name="File">The file, as the declaration names it.</param>
/// <param name="Layers">L of the model that the file is about.</param>
/// <param name="Heads">Heads of a layer that the file is about; 0 where it is about layers alone.</param>
/// <param name="Values">The layer at which the stage acts, the layers that choose for others, or a score or a weight for every head, layer by layer.</param>
internal sealed record ProfileSpec(string File, int Layers, int Heads, EquatableArray<double> Values)
{
    /// <summary>The parts that the heads play; null where the file says nothing of them.</summary>
    public HeadRoleTable? Roles { get; init; }
}
