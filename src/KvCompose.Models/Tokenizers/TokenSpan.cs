namespace KvCompose.Models.Tokenizers;

/// <summary>A token and the part of the text that it came from.</summary>
/// <param name="Id">The token.</param>
/// <param name="Start">Where it begins, in UTF-16 units of the text. A token that was put in begins and ends at 0.</param>
/// <param name="End">Where it ends. Tokens that are bytes of one character all have the range of the whole character.</param>
public readonly record struct TokenSpan(int Id, int Start, int End);
