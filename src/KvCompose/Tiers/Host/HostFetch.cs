namespace KvCompose.Tiers.Host;

/// <summary>One token on its way to a slot.</summary>
/// <param name="Satellite">Which satellite of the star.</param>
/// <param name="Row">Row of the prompt that is fetched.</param>
/// <param name="Slot">Slot of the satellite whose token it replaces.</param>
internal readonly record struct HostFetch(int Satellite, int Row, int Slot);
