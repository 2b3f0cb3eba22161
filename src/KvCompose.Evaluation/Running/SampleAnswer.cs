namespace KvCompose.Evaluation;

/// <summary>What a session answered to the questions of one sample, and what that cost.</summary>
/// <param name="Texts">One answer per question.</param>
/// <param name="PromptTokens">Tokens that were prefilled.</param>
/// <param name="AfterPrompt">What the cache held after the last prefill.</param>
/// <param name="PeakBytes">Most bytes of cache pages held at once, decoding included.</param>
/// <param name="FirstToken">From the beginning to the first token of the first answer.</param>
/// <param name="PerToken">Median time of a decode step, over the tokens of questions and answers.</param>
/// <param name="LowerTierBytes">Bytes held in tiers below the resident cache, in memory and on disk.</param>
/// <param name="BytesMovedPerStep">Bytes that a decode step brought back from a lower tier, on average.</param>
public sealed record SampleAnswer(
    IReadOnlyList<string> Texts, int PromptTokens, CacheUsage AfterPrompt, long PeakBytes, TimeSpan FirstToken, TimeSpan PerToken,
    long LowerTierBytes, double BytesMovedPerStep);
