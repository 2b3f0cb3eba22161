using KvCompose.Evaluation;
using KvCompose.Samples.Needle;

namespace KvCompose.Samples.Evaluate;

/// <summary>What the command line asks for.</summary>
/// <param name="Model">The model's file or folder; null for the embedded one.</param>
/// <param name="Pipelines">Pipelines in addition to the baseline.</param>
/// <param name="Tasks">Names of the tasks; null for all that the model has words for.</param>
/// <param name="Lengths">Most tokens of a text.</param>
/// <param name="Budgets">Shares of the text that a head may keep; null for the default ones.</param>
/// <param name="Modes">When the question is known.</param>
/// <param name="Samples">Texts of a cell.</param>
/// <param name="FidelitySamples">Texts of a cell on which the distributions are compared with the full cache's.</param>
/// <param name="Seed">Decides the texts.</param>
/// <param name="Essay">A file with prose to hide needles in, or null.</param>
/// <param name="Results">The results folder.</param>
/// <param name="Use">What may happen to results that it holds.</param>
internal sealed record EvaluateArguments(
    string? Model, IReadOnlyList<NeedlePipeline> Pipelines, IReadOnlyList<string>? Tasks, IReadOnlyList<int> Lengths, IReadOnlyList<double>? Budgets,
    IReadOnlyList<QuestionMode> Modes, int Samples, int FidelitySamples, ulong Seed, string? Essay, string Results, FolderUse Use)
{
    /// <summary>The folder with what was measured of the model; null for the model's own.</summary>
    public string? Profiles { get; init; }

    /// <summary>Whether the command line names every one of <see cref="Pipelines"/>.</summary>
    public bool PipelinesAreNamed { get; init; }
}
