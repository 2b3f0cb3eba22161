using KvCompose.Cache;

namespace KvCompose.Generators.Planning;

/// <summary>How a pipeline's kernels are blocked. A group has four warps; a warp works on one key tile of 16 tokens at a time.</summary>
internal sealed record KernelPlan
{
    /// <summary>Threads of a group.</summary>
    public const int Threads = 128;

    public const int Warps = Threads / 32;

    /// <summary>Shared memory that every device gives a group without asking.</summary>
    public const int SharedLimit = 48 * 1024;

    /// <summary>Tokens of a key tile.</summary>
    public const int TileTokens = PageLayout.TileTokens;

    /// <summary>Parts that the dimensions are dealt out in when a warp scores: 8 for the 4 keys that each lane has.</summary>
    public const int DimensionParts = 8;

    /// <summary>Neighbouring dimensions that a lane takes at a time: 4 where a query can be read in vectors, else 1.</summary>
    public required int DimensionsAtOnce { get; init; }

    /// <summary>Query heads that one group attends for, at most G.</summary>
    public required int Members { get; init; }

    /// <summary>Groups that share the query heads of a key-value head.</summary>
    public required int MemberBlocks { get; init; }

    /// <summary>16-byte columns of a value row that one lane accumulates: 1 or 2.</summary>
    public required int ColumnsPerLane { get; init; }

    /// <summary>Parts that a tile's 16 value rows are dealt out in, for rows too short to occupy a warp.</summary>
    public required int ValueParts { get; init; }

    /// <summary>Observed rows that are scored at a time.</summary>
    public required int RowsAtOnce { get; init; }

    /// <summary>Shared memory of a group that attends, in bytes.</summary>
    public required int AttendSharedBytes { get; init; }

    /// <summary>Shared memory of a group that observes, in bytes.</summary>
    public required int ObserveSharedBytes { get; init; }
}
