namespace KvCompose;

/// <summary>A model's shape is not the one that a pipeline was compiled for.</summary>
/// <param name="pipeline">The pipeline.</param>
/// <param name="dimension">What differs.</param>
/// <param name="compiled">What the pipeline was compiled for.</param>
/// <param name="actual">What the model has.</param>
public sealed class ModelMismatchException(string pipeline, string dimension, int compiled, int actual)
    : ArgumentException($"pipeline {pipeline} is compiled for {dimension} {compiled}, but the model has {actual}")
{
    /// <summary>What differs.</summary>
    public string Dimension { get; } = dimension;
}
