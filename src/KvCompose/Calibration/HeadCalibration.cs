namespace KvCompose.Profiles;

/// <summary>
/// Profiles a model: which positions every key-value head attends to at the end of a prompt and at every token after it, how stable
/// that is, which heads are alike, and from this class, star and weight of every head. Source: "HeteroCache", ACL 2026, arXiv 2601.13684.
/// </summary>
public static class HeadCalibration
{
    /// <summary>Reads the texts once and classifies the heads. Overlaps are averaged over the texts.</summary>
    /// <param name="model">The model.</param>
    /// <param name="texts">At least one; prompts and whole texts of equal lengths, so that the steps can be compared.</param>
    /// <param name="settings">Sizes and thresholds.</param>
    /// <param name="cancellation">Looked at between layers and inside of attention.</param>
    /// <exception cref="ArgumentException">No text, texts of different lengths, a prompt that is empty or longer than its text, or an unknown token.</exception>
    /// <exception cref="ContextExceededException">A text is longer than the model's context.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static HeadCalibrationResult Run<TTransformer>(
        TTransformer model, IReadOnlyList<CalibrationText> texts, CalibrationSettings settings, CancellationToken cancellation = default)
        where TTransformer : struct, ITransformer
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(settings);
        settings.Validate();
        Check(texts, model.Shape);

        int prompt = texts[0].PromptTokens, passes = texts[0].Tokens.Length - prompt + 1;
        TransformerShape shape = model.Shape;
        ImportantTokens[][][][] important = [.. Enumerable.Range(0, passes).Select(_ => Enumerable.Range(0, shape.Layers)
            .Select(_ => Enumerable.Range(0, shape.KeyValueHeads).Select(_ => new ImportantTokens[texts.Count]).ToArray()).ToArray())];
        for (int text = 0; text < texts.Count; text++)
        {
            int own = text;
            AttentionRecorder.Run(model, texts[text].Tokens, prompt - 1, (layer, head, row, probabilities) =>
                important[row - prompt + 1][layer][head][own] = ImportantTokens.Of(probabilities, prompt, settings.TopTokens), cancellation);
        }

        // A step is named by the keys that it sees; without one of that name heads are compared at the last.
        int compared = (settings.SimilarityStep ?? prompt) - prompt;
        return HeadClassification.Of(important, settings, compared >= 0 && compared < passes ? compared : passes - 1);
    }

    private static void Check(IReadOnlyList<CalibrationText> texts, TransformerShape shape)
    {
        if (texts.Count == 0)
        {
            throw new ArgumentException("calibration needs a text", nameof(texts));
        }

        for (int i = 0; i < texts.Count; i++)
        {
            (int[] tokens, int prompt) = texts[i];
            if (prompt < 1 || prompt > tokens.Length)
            {
                throw new ArgumentException($"text {i} has {tokens.Length} tokens and a prompt of {prompt}: a prompt has 1 token at least and no more than its text", nameof(texts));
            }

            if (prompt != texts[0].PromptTokens || tokens.Length != texts[0].Tokens.Length)
            {
                throw new ArgumentException(
                    $"text {i} has {tokens.Length} tokens, {prompt} of them prompt, but text 0 has {texts[0].Tokens.Length} and {texts[0].PromptTokens}", nameof(texts));
            }

            if (tokens.Length > shape.Context)
            {
                throw new ContextExceededException(tokens.Length, shape.Context);
            }

            int unknown = Array.FindIndex(tokens, token => (uint)token >= (uint)shape.Vocabulary);
            if (unknown >= 0)
            {
                throw new ArgumentException($"token {unknown} of text {i} is {tokens[unknown]}, but the vocabulary has {shape.Vocabulary}", nameof(texts));
            }
        }
    }
}
