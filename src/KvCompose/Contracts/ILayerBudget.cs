namespace KvCompose;

/// <summary>Slot: how many tokens a layer keeps.</summary>
/// <typeparam name="TSelf">The stage: an unmanaged struct whose properties are its options.</typeparam>
public interface ILayerBudget<TSelf>
    where TSelf : unmanaged, ILayerBudget<TSelf>
{
    /// <summary>
    /// Called after every layer of the prompt. Writes the tokens per key-value head, sinks and window included, that the layer
    /// keeps; a stage whose facts say that it revises earlier layers writes layers 0 … <see cref="LayerBudgetContext.Layer"/>,
    /// others only the last of them. A budget above the tokens that reached the layer means all of them.
    /// </summary>
    /// <param name="options">The declared or overridden options.</param>
    /// <param name="context">What is known so far.</param>
    /// <param name="budgets">[Layers], kept between calls of one prompt.</param>
    static abstract void Allocate(in TSelf options, in LayerBudgetContext context, Span<int> budgets);
}
