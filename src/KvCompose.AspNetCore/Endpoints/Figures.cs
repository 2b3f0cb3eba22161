using KvCompose.AspNetCore.Responses;
using KvCompose.Models.Sampling;
using KvCompose.Serving;

namespace KvCompose.AspNetCore.Endpoints;

/// <summary>Counts of answers in OpenAI's format.</summary>
internal static class Figures
{
    public static Usage Of(IReadOnlyList<Generation> choices, int prompts)
    {
        // The prompt of several choices is computed once, and counted once.
        int prompt = choices.Chunk(choices.Count / prompts).Sum(static group => group[0].PromptTokens),
            answers = choices.Sum(static choice => choice.AnswerTokens);
        Generation first = choices[0];
        return new Usage(
            prompt, answers, prompt + answers, new PromptDetails(first.ReusedTokens),
            new CacheFigures(first.BytesHeld, first.QueueTime.TotalSeconds, first.TimeToFirstToken.TotalSeconds, first.TokensPerSecond));
    }

    public static string Finish(FinishReason reason) => reason == FinishReason.Length ? "length" : "stop";
}
