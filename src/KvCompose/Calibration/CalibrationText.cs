namespace KvCompose.Profiles;

/// <summary>A text that heads are judged by.</summary>
/// <param name="Tokens">Prompt and continuation. The continuation is what the model said, or what it is made to read.</param>
/// <param name="PromptTokens">P: tokens of the prompt, at least 1. Attention to what comes after them does not count.</param>
public sealed record CalibrationText(int[] Tokens, int PromptTokens);
