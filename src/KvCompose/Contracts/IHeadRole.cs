namespace KvCompose;

/// <summary>Slot: which part a key-value head plays, and how many of the layer's tokens it gets.</summary>
/// <typeparam name="TSelf">The stage: an unmanaged struct whose properties are its options.</typeparam>
public interface IHeadRole<TSelf>
    where TSelf : unmanaged, IHeadRole<TSelf>
{
    /// <summary>Called once a layer of the prompt, after the layer's budget.</summary>
    /// <param name="options">The declared or overridden options.</param>
    /// <param name="context">What is known of the layer.</param>
    /// <param name="roles">[Hkv], all <see cref="HeadRole.Compressed"/> when called.</param>
    /// <param name="budgets">[Hkv], tokens each head keeps; the layer's budget in every place when called.</param>
    static abstract void Assign(in TSelf options, in HeadBudgetContext context, Span<HeadRole> roles, Span<int> budgets);

    /// <summary>
    /// Called once a prompt, for stages whose facts ask for <see cref="ProfileKind.HeadScores"/>: may replace the scores, in place, by what
    /// <see cref="Assign"/> reads of them as <see cref="HeadBudgetContext.HeadScores"/> in every layer.
    /// </summary>
    /// <param name="options">The declared or overridden options.</param>
    /// <param name="table">The scores of all layers.</param>
    static virtual void Prepare(in TSelf options, HeadScoreTable table)
    {
    }

    /// <summary>Called when a session opens, for stages whose facts need a profile: whether the options fit the model.</summary>
    /// <param name="options">The declared or overridden options.</param>
    /// <param name="profile">What is known of the model's heads; its shape is the model's.</param>
    /// <exception cref="StageOptionException">They do not fit.</exception>
    static virtual void Check(in TSelf options, HeadProfile profile)
    {
    }
}
