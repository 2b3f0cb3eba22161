namespace KvCompose.Shared;

/// <summary>Slots and products as messages name them.</summary>
internal static class SlotNames
{
    public static string Of(StageSlot slot) => slot switch
    {
        StageSlot.Propagation => "propagation",
        StageSlot.LayerBudget => "layer budget",
        StageSlot.HeadRole => "head role",
        StageSlot.TokenSelection => "token selection",
        StageSlot.Residency => "residency",
        _ => "storage",
    };

    /// <summary>The simplest built-in stage of a slot that a pipeline must fill, as a declaration writes it; null for other slots.</summary>
    public static string? SimplestStage(StageSlot slot) => slot switch
    {
        StageSlot.TokenSelection => "FullCache",
        StageSlot.LayerBudget => "UniformBudget(Ratio = 0.25)",
        _ => null,
    };

    public static string Of(StageProducts product) => product switch
    {
        StageProducts.TokenScores => "token scores",
        StageProducts.LayerBudgets => "layer budgets",
        StageProducts.HeadBudgets => "head budgets",
        StageProducts.RankedOrder => "kept tokens in score order",
        StageProducts.BackingStore => "a backing store",
        _ => "a head profile",
    };
}
