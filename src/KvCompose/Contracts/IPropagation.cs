namespace KvCompose;

/// <summary>
/// Slot: which tokens go on to deeper layers in prefill. Those with the highest score, summed over the key-value heads, and
/// what the selection always keeps (sinks and window); ties go to the lower position. They keep their positions and their order.
/// A pipeline may hold several such stages if their facts allow it; they act in the order of their layers.
/// </summary>
/// <typeparam name="TSelf">The stage: an unmanaged struct whose properties are its options.</typeparam>
public interface IPropagation<TSelf>
    where TSelf : unmanaged, IPropagation<TSelf>
{
    /// <summary>
    /// How many tokens go on from <see cref="PropagationContext.Layer"/>, what is always kept included. <see cref="PropagationContext.Tokens"/>
    /// or more means all, and so does less than what is always kept: a prompt too short to be cut is not cut.
    /// </summary>
    static abstract int Count(in TSelf options, in PropagationContext context);

    /// <summary>
    /// The share of the tokens that reached the layer for which the <paramref name="onward"/> ones stand when budgets are
    /// rates of the prompt: what was asked for, where that is a rate, else what came of it.
    /// </summary>
    static virtual double Share(in TSelf options, in PropagationContext context, int onward) => (double)onward / context.Tokens;
}
