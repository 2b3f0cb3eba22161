namespace KvCompose.Profiles;

/// <summary>A prompt that hides an answer.</summary>
/// <param name="Prompt">Everything up to the end of the question.</param>
/// <param name="AnswerStart">Where the answer stands in the prompt.</param>
/// <param name="AnswerTokens">N: its tokens, at least 1.</param>
public sealed record RetrievalText(int[] Prompt, int AnswerStart, int AnswerTokens)
{
    /// <summary>Prompt and what the model is made to say: the answer but for its last token, which no step of the answer reads.</summary>
    internal int[] Forced() => [.. Prompt, .. Prompt.AsSpan(AnswerStart, AnswerTokens - 1)];
}
