namespace KvCompose.Evaluation;

/// <summary>What all cells of a results folder have in common; cells of other settings cannot be compared.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="Seed">Decides the samples.</param>
/// <param name="Samples">Samples of every cell.</param>
/// <param name="Essay">Where the prose comes from: a file, or "made up".</param>
/// <param name="Baseline">The pipeline that the others are compared with.</param>
public sealed record EvaluationSetting(string Model, ulong Seed, int Samples, string Essay, string Baseline);
