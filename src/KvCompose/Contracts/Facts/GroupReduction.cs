namespace KvCompose;

/// <summary>How the scores of the query heads that share a key-value head become one score.</summary>
public enum GroupReduction
{
    /// <summary>Sum over the group.</summary>
    Sum,

    /// <summary>Mean over the group.</summary>
    Mean,

    /// <summary>Maximum over the group.</summary>
    Max,
}
