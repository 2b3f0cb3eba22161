using KvCompose.Models.Sampling;

namespace KvCompose.Models.Chat;

/// <summary>A part of an answer as it comes.</summary>
/// <param name="Text">The text that is certain by now; often empty, since a character may take several tokens.</param>
/// <param name="Token">The token, with its logarithm of probability.</param>
public readonly record struct AnswerPiece(string Text, SampledToken Token);
