namespace KvCompose.Residency.HostCopies;

/// <summary>One token on its way to a slot.</summary>
/// <param name="Copy">Index of the head among those of the gather.</param>
/// <param name="Row">Row of the prompt that is fetched.</param>
/// <param name="Slot">Slot of the copy whose token it replaces.</param>
internal readonly record struct HostFetch(int Copy, int Row, int Slot);
