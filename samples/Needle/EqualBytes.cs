using KvCompose.Evaluation;
using KvCompose.Models;

namespace KvCompose.Samples.Needle;

/// <summary>
/// Finds how many tokens a pipeline may keep so that its pages take no more than given bytes, at any step of an answer: what each
/// pipeline makes of its budget is its own affair, bytes are the same for all.
/// </summary>
internal static class EqualBytes
{
    private const int Probes = 5;

    /// <summary>The largest budget that was found to fit; the smallest there is where none does.</summary>
    /// <param name="pipeline">The pipeline.</param>
    /// <param name="model">The model.</param>
    /// <param name="text">A text as long as those that are asked about.</param>
    /// <param name="bytes">Most bytes of pages.</param>
    /// <param name="cancellation">Ends the search.</param>
    public static NeedleBudget Find(NeedlePipeline pipeline, LlamaModel model, NeedleText text, long bytes, CancellationToken cancellation)
    {
        NeedleQuestion question = text.Questions[0];
        (int Tokens, long Bytes) fits = Held(2 * EmbeddedModel.Window), exceeds = Held(question.PromptTokens);
        if (exceeds.Bytes <= bytes)
        {
            return Of(exceeds.Tokens);
        }

        // Bytes go nearly linearly with tokens: a line through both ends finds the place in a few steps.
        for (int probe = 0; probe < Probes && fits.Bytes < bytes && exceeds.Tokens - fits.Tokens > 1; probe++)
        {
            double share = (double)(bytes - fits.Bytes) / (exceeds.Bytes - fits.Bytes);
            (int Tokens, long Bytes) tried = Held(Math.Clamp(fits.Tokens + (int)(share * (exceeds.Tokens - fits.Tokens)), fits.Tokens + 1, exceeds.Tokens - 1));
            (fits, exceeds) = tried.Bytes <= bytes ? (tried, exceeds) : (fits, tried);
        }

        return Of(fits.Tokens);

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
