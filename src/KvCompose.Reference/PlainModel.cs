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
    int Layers, int Hidden, int Intermediate, HeadLayout Heads, int Vocabulary, double RopeTheta, double NormEpsilon);
