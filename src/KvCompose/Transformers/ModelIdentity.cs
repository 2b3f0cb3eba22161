namespace KvCompose;

/// <summary>Tells a model from every other, so that a cache that one model filled is never read by another.</summary>
/// <param name="Weights">Hash of the model's weights and configuration, as text.</param>
/// <param name="Tokenizer">Hash of its tokenizer, as text.</param>
public sealed record ModelIdentity(string Weights, string Tokenizer);
