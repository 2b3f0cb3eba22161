using System.Globalization;
using KvCompose.Evaluation;

namespace KvCompose.Samples.Needle;

/// <summary>
/// Finds the largest budget with which a pipeline's pages take no more than given bytes, at any step of an answer. Pipelines use budgets
/// differently; bytes compare them fairly.
/// </summary>
internal static class EqualBytes
{
    private const int Probes = 5;

    /// <summary>The largest budget that was found to fit.</summary>
    /// <param name="pipeline">The pipeline.</param>
    /// <param name="model">The model.</param>
    /// <param name="text">A text as long as those that are asked about.</param>
    /// <param name="bytes">Most bytes of pages.</param>
    /// <param name="cancellation">Ends the search.</param>
    /// <exception cref="WrongArgumentException">Even the smallest budget takes more, and the pipeline has one that takes less than the whole text.</exception>
    public static NeedleBudget Find(NeedlePipeline pipeline, NeedleModel model, NeedleText text, long bytes, CancellationToken cancellation)
    {
        NeedleQuestion question = text.Questions[0];
        (int Tokens, long Bytes) fits = Held(2 * EmbeddedModel.Window), exceeds = Held(question.PromptTokens);
        if (exceeds.Bytes <= bytes)
        {
            return Of(exceeds.Tokens);
        }

        if (fits.Bytes > bytes)
        {
            throw new WrongArgumentException(
                $"--mebibytes is {Mebibytes(bytes)}, expected at least {Mebibytes(fits.Bytes)}: {pipeline.Name} holds that with its smallest budget at this length");
        }

        // Bytes go nearly linearly with tokens: a line through both ends finds the place in a few steps.
        for (int probe = 0; probe < Probes && fits.Bytes < bytes && exceeds.Tokens - fits.Tokens > 1; probe++)
        {
            double share = (double)(bytes - fits.Bytes) / (exceeds.Bytes - fits.Bytes);
            (int Tokens, long Bytes) tried = Held(Math.Clamp(fits.Tokens + (int)(share * (exceeds.Tokens - fits.Tokens)), fits.Tokens + 1, exceeds.Tokens - 1));
            (fits, exceeds) = tried.Bytes <= bytes ? (tried, exceeds) : (fits, tried);
        }

        return Of(fits.Tokens);

        // Rounded up, so that the smallest value that is named is accepted.
        static string Mebibytes(long count) => (Math.Ceiling(count / (double)(1 << 20) * 10_000) / 10_000).ToString("0.####", CultureInfo.InvariantCulture);

        NeedleBudget Of(int tokens) => new(new UniformBudget { Tokens = tokens }, question.PromptTokens);

        (int Tokens, long Bytes) Held(int tokens)
        {
            using KvSession session = pipeline.Open(model, Of(tokens));
            session.Prefill(text.Prompt(question), cancellation);
            long held = session.Usage.BytesHeld;
            for (int step = 0; step < question.Fact.Value.Count; step++)
            {
                session.Step([session.GreedyToken()], cancellation);
                held = Math.Max(held, session.Usage.BytesHeld);
            }

            return (tokens, held);
        }
    }
}
