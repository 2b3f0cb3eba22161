namespace KvCompose;

/// <summary>Facts of a propagation (<see cref="IPropagation{TSelf}"/>).</summary>
public sealed class PropagationFactsAttribute : ScoringFactsAttribute
{
    /// <summary>
    /// Whether a pipeline may hold several of these stages, each acting at the layer that its option of role <see cref="OptionRole.Layer"/> states.
    /// </summary>
    public bool Repeatable { get; set; }

    /// <summary>
    /// Whether prefill has two passes, as in GemFilter: the first one ends at the stage's layer and chooses tokens by the statistic that the stage observes,
    /// with its own pooling; the second one computes every layer over the chosen tokens, as a prompt with new positions. No token is protected.
    /// </summary>
    public bool TwoPass { get; set; }
}
