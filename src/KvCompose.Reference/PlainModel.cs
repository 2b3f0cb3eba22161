namespace KvCompose.Reference;

/// <summary>Dimensions of a small Llama-style model for <see cref="PlainTransformer"/>.</summary>
/// <param name="Layers">Decoder layers.</param>
/// <param name="Hidden">Elements of a hidden state.</param>
/// <param name="Intermediate">Elements of the feed-forward block.</param>
/// <param name="Heads">Heads and head dimension (even).</param>
/// <param name="Vocabulary">Tokens.</param>
/// <param name="RopeTheta">Base of the rotary frequencies; halves of a head are paired.</param>
/// <param name="NormEpsilon">Added to the mean square in RMSNorm.</param>
public sealed record PlainModel(
    int Layers, int Hidden, int Intermediate, HeadLayout Heads, int Vocabulary, double RopeTheta, double NormEpsilon)
{
    /// <summary>[Layers]: tokens that a token sees in a layer, itself included; 0, or nothing at all, for layers that see every token.</summary>
    public IReadOnlyList<int> Windows { get; init; } = [];

    /// <summary>The bound c of scaled scores, c · tanh(score / c); 0 for none.</summary>
    public double SoftCap { get; init; }

    /// <summary>The layers that see every token.</summary>
    public int[] Globals => [.. Enumerable.Range(0, Layers).Where(layer => WindowOf(layer) == 0)];

    /// <summary>The window of a layer; 0 for none.</summary>
    public int WindowOf(int layer) => Windows.Count == 0 ? 0 : Windows[layer];
}
