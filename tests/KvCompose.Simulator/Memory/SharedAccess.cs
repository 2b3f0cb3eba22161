namespace KvCompose.Simulation;

/// <summary>One use of a shared view by the thread that is running: bytes <c>Offset … Offset + Size</c> of the arena.</summary>
internal readonly record struct SharedAccess(SharedAllocation Allocation, int Offset, int Size);
