namespace KvCompose.Models.Tokenizers.Processing;

/// <summary>A token of a text.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Text">Its spelling, or the text that it stands for.</param>
/// <param name="Start">Where it begins in the original text, in code points.</param>
/// <param name="End">Where it ends.</param>
/// <param name="TypeId">Which of two texts it belongs to.</param>
internal readonly record struct TextToken(int Id, string Text, int Start, int End, int TypeId = 0);
