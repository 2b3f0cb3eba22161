namespace KvCompose.Shared.Specs;

/// <summary>What [MaxCacheBytes] says.</summary>
/// <param name="Bytes">The limit.</param>
/// <param name="PromptTokens">The longest prompt, 0 for the model's context.</param>
internal sealed record CacheLimitSpec(long Bytes, int PromptTokens);
