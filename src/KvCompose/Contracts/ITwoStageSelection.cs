namespace KvCompose;

/// <summary>
/// A token selection that chooses a share of a head's tokens by score, and the others by what it then makes of their scores. An option of role
/// <see cref="OptionRole.FirstStage"/> says how large the share is.
/// </summary>
/// <typeparam name="TSelf">The stage: an unmanaged struct whose properties are its options.</typeparam>
public interface ITwoStageSelection<TSelf> : ITokenSelection<TSelf>
    where TSelf : unmanaged, ITwoStageSelection<TSelf>
{
    /// <summary>The score of one token that the first stage has not chosen. Only statistics of key-value heads are set.</summary>
    /// <param name="options">The declared or overridden options.</param>
    /// <param name="score">The token's score, pooled and reduced over the group.</param>
    /// <param name="token">What is known of the token.</param>
    static abstract float Refine(in TSelf options, float score, in TokenStatistics token);
}
