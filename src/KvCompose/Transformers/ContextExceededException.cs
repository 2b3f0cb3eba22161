namespace KvCompose;

/// <summary>A sequence would become longer than the model's context. The sequence stays as it was.</summary>
/// <param name="tokens">Tokens the sequence would have.</param>
/// <param name="context">Tokens the model accepts.</param>
public sealed class ContextExceededException(int tokens, int context)
    : InvalidOperationException($"the sequence would have {tokens} tokens, but the model's context is {context}")
{
    /// <summary>Tokens the sequence would have.</summary>
    public int Tokens { get; } = tokens;

    /// <summary>Tokens the model accepts.</summary>
    public int Context { get; } = context;
}
