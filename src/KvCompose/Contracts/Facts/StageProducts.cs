namespace KvCompose;

/// <summary>What one stage hands to another. A need that no stage of the pipeline provides is a compile-time error.</summary>
[System.Flags]
public enum StageProducts
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>A score for every (key-value head, token) of the prompt.</summary>
    TokenScores = 1,

    /// <summary>A number of tokens for every layer.</summary>
    LayerBudgets = 2,

    /// <summary>A number of tokens for every key-value head.</summary>
    HeadBudgets = 4,

    /// <summary>Kept tokens in score order, so that a smaller budget is a truncation.</summary>
    RankedOrder = 8,

    /// <summary>The tokens that were not kept, in a tier from which they can return.</summary>
    BackingStore = 16,

    /// <summary>Offline knowledge of every head.</summary>
    HeadProfile = 32,
}
