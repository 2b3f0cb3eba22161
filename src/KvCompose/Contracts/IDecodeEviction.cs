namespace KvCompose;

/// <summary>
/// A token selection that goes on while decoding. A head that holds more tokens than its budget after a step's attention gives up those
/// with the lowest retention; sinks and window never leave, of equals the one with the higher index in the line leaves. The facts must
/// name the phase <see cref="StagePhases.Decode"/>, and observe <see cref="AttentionStatistics.DecodeProbabilities"/> where attention counts.
/// Retentions are taken per query head, pooled along the line of <see cref="PoolingOrder"/> like the scores of the prompt, then reduced over the
/// group; a stage that observes <see cref="AttentionStatistics.CollectedProbabilities"/>, or no probabilities, is asked once a key-value head instead.
/// </summary>
/// <typeparam name="TSelf">The stage: an unmanaged struct whose properties are its options.</typeparam>
public interface IDecodeEviction<TSelf> : ITokenSelection<TSelf>
    where TSelf : unmanaged, IDecodeEviction<TSelf>
{
    /// <summary>How much a resident token is worth at this step. Arithmetic and MathF only, no exceptions.</summary>
    static abstract float Retain(in TSelf options, in ResidentToken token);
}
