namespace KvCompose.Reference;

/// <summary>What FastKV decides in one layer. Indices count the tokens that reached the layer.</summary>
/// <param name="Tokens">n_l, tokens that reached the layer.</param>
/// <param name="Capacity">C_l, the budget of the layer; more than n_l when the retention rate exceeds what was propagated.</param>
/// <param name="Selection">What the cache keeps per key-value head.</param>
/// <param name="PropagationScores">[n_l − w], the scores summed over the key-value heads; null without a cut.</param>
/// <param name="Propagated">Tokens that go on to the next layer, ascending; null without a cut.</param>
public sealed record FastKvLayer(
    int Tokens, int Capacity, TokenSelection Selection, double[]? PropagationScores, int[]? Propagated);
