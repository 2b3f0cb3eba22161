namespace KvCompose;

/// <summary>
/// Slot: which tokens a head keeps. A key-value head that may keep b tokens keeps its sinks, its window (options with those
/// roles), and of the other tokens those with the highest score; ties go to the lower position. Scores are taken per query
/// head, pooled along the tokens, then reduced over the group. A stage whose facts are not lossy keeps every token and is
/// never asked.
/// </summary>
/// <typeparam name="TSelf">The stage: an unmanaged struct whose properties are its options.</typeparam>
public interface ITokenSelection<TSelf>
    where TSelf : unmanaged, ITokenSelection<TSelf>
{
    /// <summary>
    /// The score of one token under one query head. Runs on the CPU and in kernels: arithmetic and MathF only, no exceptions.
    /// </summary>
    static abstract float Score(in TSelf options, in TokenStatistics token);
}
