namespace KvCompose;

/// <summary>What is known of one layer after its attention, summed over query heads, observed rows and keys before the window.</summary>
/// <param name="Tokens">Prompt tokens that reached the layer, n_l.</param>
/// <param name="Entropy">−Σ a·ln a in nats; 0 unless a stage asks for <see cref="AttentionStatistics.LayerEntropy"/>.</param>
/// <param name="Variance">Σ of the columns' variances; 0 unless a stage asks for <see cref="AttentionStatistics.WindowVariance"/>.</param>
public readonly record struct LayerStatistics(int Tokens, double Entropy, double Variance);
