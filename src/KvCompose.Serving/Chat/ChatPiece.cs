using KvCompose.Models.Sampling;

namespace KvCompose.Serving.Chat;

/// <summary>A part of an answer.</summary>
/// <param name="Text">Text that is certain by now; may be empty.</param>
/// <param name="Call">A call of a tool, whole; null for none.</param>
/// <param name="Token">The token that came, if one did.</param>
/// <param name="Alternatives">The model's own best tokens, as many as were asked for.</param>
public readonly record struct ChatPiece(string Text, ToolCall? Call, SampledToken? Token, IReadOnlyList<SampledToken> Alternatives);

/// <summary>A call of a tool by the model.</summary>
/// <param name="Id">An id that the model did not give.</param>
/// <param name="Name">The function.</param>
/// <param name="Arguments">Its arguments, a JSON object as text.</param>
public sealed record ToolCall(string Id, string Name, string Arguments);
