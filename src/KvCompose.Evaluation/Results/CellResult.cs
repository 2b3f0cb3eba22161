namespace KvCompose.Evaluation;

/// <summary>What one cell found.</summary>
/// <param name="Key">Which cell.</param>
/// <param name="AnswerTokens">Most tokens of an answer.</param>
/// <param name="Predictions">Every question with its answer.</param>
/// <param name="Cost">What the answers cost.</param>
/// <param name="Fidelity">How near the full cache it stayed; null when that was not asked for.</param>
/// <param name="KeptOfHead">Tokens that every head held after the first sample's prefill, [layer][key-value head].</param>
public sealed record CellResult(
    CellKey Key, int AnswerTokens, IReadOnlyList<Prediction> Predictions, CellCost Cost, Fidelity? Fidelity, int[][] KeptOfHead)
{
    /// <summary>The scores of all questions, in order.</summary>
    public double[] Scores() => [.. Predictions.Select(prediction => prediction.Score)];
}

/// <summary>One question and what was answered.</summary>
/// <param name="Sample">Number of the text, from 0.</param>
/// <param name="Question">The question.</param>
/// <param name="AnswerPrefix">How the answer began.</param>
/// <param name="Answers">What it should contain.</param>
/// <param name="Predicted">What was answered.</param>
/// <param name="Score">How right that is, 0 to 1.</param>
/// <param name="Depth">Where in the context the answer stands, 0 to 1, or null.</param>
public sealed record Prediction(
    int Sample, string Question, string AnswerPrefix, IReadOnlyList<string> Answers, string Predicted, double Score, double? Depth);

/// <summary>What the answers of a cell cost: medians over the samples, but for the peak.</summary>
/// <param name="TokensKept">Tokens that a head held after the prefill, averaged over layers and heads.</param>
/// <param name="BytesHeld">Bytes of cache pages held after the prefill.</param>
/// <param name="PeakBytes">Most bytes of cache pages held at once.</param>
/// <param name="FirstTokenMs">Milliseconds from the beginning to the first token of the first answer.</param>
/// <param name="PerTokenMs">Milliseconds of a decode step.</param>
/// <param name="LowerTierBytes">Bytes held in tiers below the resident cache.</param>
/// <param name="BytesMovedPerStep">Bytes that a decode step brought back from a lower tier, on average.</param>
public sealed record CellCost(
    double TokensKept, long BytesHeld, long PeakBytes, double FirstTokenMs, double PerTokenMs, long LowerTierBytes, double BytesMovedPerStep)
{
    /// <summary>Peak bytes of the cache's pages and bytes on host and disk.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public long AllBytes => PeakBytes + LowerTierBytes;

    /// <summary>The cost of samples.</summary>
    /// <param name="answers">At least one.</param>
    public static CellCost Of(IReadOnlyCollection<SampleAnswer> answers)
    {
        ArgumentNullException.ThrowIfNull(answers);
        return new CellCost(
            Median(answers, answer => answer.AfterPrompt.TokensPerHead), (long)Median(answers, answer => answer.AfterPrompt.BytesHeld),
            answers.Max(answer => answer.PeakBytes), Median(answers, answer => answer.FirstToken.TotalMilliseconds),
            Median(answers, answer => answer.PerToken.TotalMilliseconds), answers.Max(answer => answer.LowerTierBytes),
            Median(answers, answer => answer.BytesMovedPerStep));
    }

    private static double Median(IReadOnlyCollection<SampleAnswer> answers, Func<SampleAnswer, double> figure)
        => answers.Select(figure).Order().ElementAt(answers.Count / 2);
}
