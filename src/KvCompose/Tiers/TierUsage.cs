namespace KvCompose;

/// <summary>What a session's tiers below the resident cache hold and have moved since the session was opened.</summary>
/// <param name="HostBytes">Bytes held in host memory beside the resident pages.</param>
/// <param name="DiskBytes">Bytes held on disk.</param>
/// <param name="Retrievals">Times that tokens were asked for: queries of an index, or triggers of a monitor.</param>
/// <param name="TokensMoved">Tokens that were made resident, summed over layers and key-value heads.</param>
/// <param name="BytesMoved">Bytes of keys and values that were made resident.</param>
public readonly record struct TierUsage(long HostBytes, long DiskBytes, long Retrievals, long TokensMoved, long BytesMoved);
