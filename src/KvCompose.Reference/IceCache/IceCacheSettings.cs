namespace KvCompose.Reference.IceCache;

/// <summary>Settings of the published index; the defaults are those of its scripts.</summary>
public sealed record IceCacheSettings
{
    /// <summary>P, tokens of a page.</summary>
    public int PageTokens { get; init; } = 16;

    /// <summary>p0, the share of tokens promoted from level 0 to level 1.</summary>
    public float PromotionToFirst { get; init; } = 0.01f;

    /// <summary>p1, the share promoted from every higher level.</summary>
    public float PromotionHigher { get; init; } = 0.2f;

    /// <summary>The shortcut to parents of level 0, or none: exact parents. Applies above <see cref="ExhaustiveLimit"/> tokens.</summary>
    public AnchorShortcut? Anchors { get; init; }

    /// <summary>Up to this many landmarks a parent is looked for among all of them; above, by walking the tree.</summary>
    public int ExhaustiveLimit { get; init; } = 3000;

    /// <summary>Beam of the walk to a parent at the build.</summary>
    public int BuildFieldOfView { get; init; } = 30;

    /// <summary>Beam of the walk to a parent at an insertion.</summary>
    public int InsertFieldOfView { get; init; } = 20;

    /// <summary>Share of a large cell that the walk scores at the build.</summary>
    public float BuildShare { get; init; } = 1;

    /// <summary>Share of a large cell that the walk scores at an insertion.</summary>
    public float InsertShare { get; init; } = 0.6f;

    /// <summary>Share of a large cell that a query scores.</summary>
    public float QueryShare { get; init; } = 0.8f;

    /// <summary>Keys scored per step; a cell of at most this many is scored whole.</summary>
    public int ScanRun { get; init; } = 128;

    /// <summary>The query's beam that the scripts use: max(⌊rate · tokens⌋, 30), never below the pages asked for.</summary>
    public static int FieldOfView(double rate, int tokens, int pages) => Math.Max((int)(rate * tokens), Math.Max(30, pages));
}
