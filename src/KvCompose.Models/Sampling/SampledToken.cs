namespace KvCompose.Models.Sampling;

/// <summary>A token and its logarithm of probability in the model's own distribution, before any option changes it.</summary>
/// <param name="Id">The token.</param>
/// <param name="LogProbability">In nats.</param>
public readonly record struct SampledToken(int Id, float LogProbability);
