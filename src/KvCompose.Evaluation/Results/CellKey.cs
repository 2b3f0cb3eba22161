using System.Globalization;

namespace KvCompose.Evaluation;

/// <summary>One cell of an evaluation: a pipeline with a budget, on a task, at a length.</summary>
/// <param name="Pipeline">The pipeline's name.</param>
/// <param name="Task">The task's name.</param>
/// <param name="Length">Most tokens of a text.</param>
/// <param name="Budget">Share of the text that a head may keep, above 0 to 1.</param>
/// <param name="Mode">Whether the question is known when the text is compressed.</param>
public sealed record CellKey(string Pipeline, string Task, int Length, double Budget, QuestionMode Mode)
{
    /// <summary>The share of tokens that is removed, as kvpress writes it.</summary>
    public string CompressionRatio => (1 - Budget).ToString("0.00##", CultureInfo.InvariantCulture);

    /// <summary>The folder of the cell's run: all tasks of a pipeline at a length and a budget, named as kvpress names its runs.</summary>
    /// <param name="model">The model's name.</param>
    public string Folder(string model)
        => string.Create(
            CultureInfo.InvariantCulture,
            $"kvcompose__{Length}__{model}__{Pipeline}__{CompressionRatio}{(Mode == QuestionMode.QueryAware ? "__query_aware" : "")}");
}
