namespace KvCompose.Models;

/// <summary>How a model is opened.</summary>
public sealed record LanguageModelOptions
{
    /// <summary>Threads that the model computes with; 0 takes one per processor.</summary>
    public int Threads { get; init; }
}
