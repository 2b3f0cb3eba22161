namespace KvCompose;

/// <summary>
/// Slot: which tokens go on to deeper layers in prefill. Those with the highest score, summed over the key-value heads, and
/// the window; ties go to the lower position. They keep their positions and their order.
/// </summary>
/// <typeparam name="TSelf">The stage: an unmanaged struct whose properties are its options.</typeparam>
public interface IPropagation<TSelf>
    where TSelf : unmanaged, IPropagation<TSelf>
{
    /// <summary>
    /// How many tokens go on from <see cref="PropagationContext.Layer"/>, the window included; <see cref="PropagationContext.Tokens"/>
    /// or more means all.
    /// </summary>
    static abstract int Count(in TSelf options, in PropagationContext context);
}
