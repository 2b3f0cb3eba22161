namespace KvCompose.Models.Templates;

/// <summary>Bounds of what a template may spend. A template comes with a downloaded file, so it is not trusted.</summary>
public sealed record ChatTemplateLimits
{
    /// <summary>The bounds that are used without others.</summary>
    public static ChatTemplateLimits Default { get; } = new();

    /// <summary>Longest source in UTF-16 units.</summary>
    public int MaxSourceLength { get; init; } = 4 << 20;

    /// <summary>Statements, calls and elements that one rendering may evaluate.</summary>
    public long MaxSteps { get; init; } = 5_000_000;

    /// <summary>UTF-16 units that all text operations of one rendering may make together.</summary>
    public long MaxCharacters { get; init; } = 256L << 20;

    /// <summary>Longest rendered text in UTF-16 units.</summary>
    public int MaxOutputLength { get; init; } = 64 << 20;

    /// <summary>Deepest nesting of macro calls.</summary>
    public int MaxCallDepth { get; init; } = 150;
}
