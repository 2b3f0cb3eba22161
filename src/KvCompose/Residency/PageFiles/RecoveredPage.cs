namespace KvCompose.Residency.PageFiles;

/// <summary>A page that a crash left behind, whole.</summary>
/// <param name="Owner">Whose page it is.</param>
/// <param name="Generation">The higher, the later it was written.</param>
/// <param name="Positions">Positions of its tokens.</param>
/// <param name="Keys">Rotated keys as they were stored, [tokens, d].</param>
/// <param name="Values">Values as they were stored, [tokens, d].</param>
public sealed record RecoveredPage(PageOwner Owner, long Generation, int[] Positions, float[] Keys, float[] Values);
