namespace KvCompose.Evaluation.Tests.Support;

/// <summary>Cells with figures that are easy to work with.</summary>
internal static class SomeCells
{
    public static readonly EvaluationSetting Setting = new("tiny", 1, 2, "made up", "Full");

    public static CellResult Cell(
        string pipeline, double[] scores, string task = "find", int length = 100, double budget = 0.125, QuestionMode mode = QuestionMode.QueryAgnostic,
        long bytes = 1000, double perTokenMs = 2, double firstTokenMs = 100) => new(
            new CellKey(pipeline, task, length, budget, mode), 3,
            [.. scores.Select((score, i) => new Prediction(i, $"what, {i}?", "", ["12 \"34\""], $"it is {i}", score, i / 4.0))],
            new CellCost(20, bytes, bytes + 500, firstTokenMs, perTokenMs, 0, 0), new Fidelity(0.75, 0.5), [[3, 5], [7, 9]]);

    public static CellResult[] Table() =>
    [
        Cell("Full", [1, 1, 1], budget: 1, bytes: 8000, perTokenMs: 5),
        Cell("Full", [1, 1, 1], length: 400, budget: 1, bytes: 32_000, perTokenMs: 17),
        Cell("Some", [1, 0, 1]),
        Cell("Some", [0, 0, 1], length: 400, bytes: 4000, perTokenMs: 3, firstTokenMs: 121),
    ];
}
