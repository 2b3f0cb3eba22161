using KvCompose.Models.Sampling;

namespace KvCompose.Serving;

/// <summary>A part of an answer as it comes.</summary>
/// <param name="Text">The text that is certain by now; often empty, since a character may take several tokens.</param>
/// <param name="Token">The token, with its logarithm of probability; null where the answer has ended and this is text that was held back.</param>
/// <param name="Alternatives">The model's own best tokens, as many as were asked for.</param>
public readonly record struct GeneratedPiece(string Text, SampledToken? Token, IReadOnlyList<SampledToken> Alternatives);
