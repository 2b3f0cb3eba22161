namespace KvCompose.Profiles;

/// <summary>
/// Finds out which query heads of a model retrieve: how much of the attention of the steps that say an answer lies on the answer in the
/// prompt. The model reads the right answer; texts that it would answer wrongly are the caller's to leave out. HeadKV, arXiv 2410.19258.
/// </summary>
public static class RetrievalCalibration
{
    /// <summary>Reads every text once.</summary>
    /// <param name="model">The model.</param>
    /// <param name="texts">At least one.</param>
    /// <param name="cancellation">Looked at between layers and inside of attention.</param>
    /// <returns>[layers without a window][query heads][texts]: Σ over the steps that say the answer of the share of a step's N highest probabilities that lies on its N tokens.</returns>
    /// <exception cref="ArgumentException">No text, an answer that does not lie in its prompt, or an unknown token.</exception>
    /// <exception cref="UnsupportedLayerException">All layers of the model have a window.</exception>
    /// <exception cref="ContextExceededException">A text and its answer are longer than the model's context.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static double[][][] Run<TTransformer>(
        TTransformer model, IReadOnlyList<RetrievalText> texts, CancellationToken cancellation = default)
        where TTransformer : struct, ITransformer
    {
        ArgumentNullException.ThrowIfNull(texts);
        TransformerShape shape = model.Shape;
        Check(texts, shape);
        double[][][] scores = [.. Enumerable.Range(0, AttentionRecorder.Layers(model)).Select(
            _ => Enumerable.Range(0, shape.QueryHeads).Select(_ => new double[texts.Count]).ToArray())];
        for (int text = 0; text < texts.Count; text++)
        {
            (int[] prompt, int start, int tokens) = texts[text];
            int own = text;
            AttentionRecorder.Run(model, texts[text].Forced(), prompt.Length - 1, (layer, head, _, probabilities) =>
            {
                for (int member = 0; member < probabilities.Length; member++)
                {
                    scores[layer][(head * shape.GroupSize) + member][own] += RetrievalShare.OfStep(probabilities[member], start, tokens);
                }
            }, cancellation);
        }

        return scores;
    }

    private static void Check(IReadOnlyList<RetrievalText> texts, TransformerShape shape)
    {
        if (texts.Count == 0)
        {
            throw new ArgumentException("calibration needs a text", nameof(texts));
        }

        for (int i = 0; i < texts.Count; i++)
        {
            (int[] prompt, int start, int tokens) = texts[i];
            if (tokens < 1 || start < 0 || start > prompt.Length - tokens)
            {
                throw new ArgumentException($"the answer of text {i} is {tokens} tokens from {start}, but its prompt has {prompt.Length}", nameof(texts));
            }

            if (prompt.Length + tokens - 1 > shape.Context)
            {
                throw new ContextExceededException(prompt.Length + tokens - 1, shape.Context);
            }

            int unknown = Array.FindIndex(prompt, token => (uint)token >= (uint)shape.Vocabulary);
            if (unknown >= 0)
            {
                throw new ArgumentException($"token {unknown} of text {i} is {prompt[unknown]}, but the vocabulary has {shape.Vocabulary}", nameof(texts));
            }
        }
    }
}
