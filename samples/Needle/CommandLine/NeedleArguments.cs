namespace KvCompose.Samples.Needle;

/// <summary>What the command line asks for.</summary>
/// <param name="Length">Tokens of a text.</param>
/// <param name="Questions">How many texts.</param>
/// <param name="Turns">Questions that are put about each text, in turn on one prefill.</param>
/// <param name="Seed">Decides the texts.</param>
/// <param name="Budgets">Tokens that a key-value head may keep; each one makes one row per pipeline.</param>
/// <param name="Pipelines">Who answers.</param>
/// <param name="Json">Where the figures are written to, or null.</param>
internal sealed record NeedleArguments(
    int Length, int Questions, int Turns, ulong Seed, IReadOnlyList<UniformBudget> Budgets, IReadOnlyList<NeedlePipeline> Pipelines, string? Json)
{
    /// <summary>The model's file or folder; null for the embedded one.</summary>
    public string? Model { get; init; }

    /// <summary>The folder with what was measured of the model; null for the model's own.</summary>
    public string? Profiles { get; init; }

    /// <summary>Whether the command line names every one of <see cref="Pipelines"/>.</summary>
    public bool PipelinesAreNamed { get; init; }

    /// <summary>Whether retrievals are compared with the best tokens; decoding slows down.</summary>
    public bool Recall { get; init; }

    /// <summary>Mebibytes of pages that every pipeline may hold, in the place of budgets; 0 where budgets decide.</summary>
    public double Mebibytes { get; init; }
}
