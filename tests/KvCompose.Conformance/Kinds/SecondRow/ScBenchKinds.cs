using System.Text.Json;
using KvCompose.Conformance.Comparing;
using KvCompose.Conformance.Reading;
using KvCompose.Reference.ScBench;

namespace KvCompose.Conformance.Kinds.SecondRow;

/// <summary>Scores of single answers.</summary>
public sealed class ScBenchScoreKind() : SecondRowKind("scbench.score")
{
    private const double Tolerance = 1e-9;

    /// <inheritdoc/>
    protected override void Check(JsonElement @case)
    {
        string scorer = @case.Text("scorer");
        double sum = 0;
        JsonElement[] answers = @case.List("cases");
        foreach ((int index, JsonElement answer) in answers.Index())
        {
            double score = ScBenchScoring.Score(scorer, answer.Text("prediction"), answer.Field("reference"));
            Expect.Close(answer.Number("score"), score, 0, Tolerance, $"cases[{index}].score");
            sum += score;
        }

        Expect.Close(@case.Number("mean"), sum / answers.Length, 0, Tolerance, "mean");
    }

    /// <inheritdoc/>
    protected override IEnumerable<JsonElement> CasesIn(Running.VectorFile file) => [file.Root];
}

/// <summary>Retrieval of functions.</summary>
public sealed class ScBenchRepoQaKind() : SecondRowKind("scbench.repoqa")
{
    private const double Tolerance = 1e-9;

    /// <inheritdoc/>
    protected override void Check(JsonElement @case)
    {
        (string Name, string Text)[] functions = [.. @case.List("functions")
            .Select(function => (function.Text("name"), function.Text("needle")))];
        int correct = 0;
        JsonElement[] answers = @case.List("cases");
        foreach ((int index, JsonElement answer) in answers.Index())
        {
            string sanitised = FunctionRetrieval.Sanitise(answer.Text("prediction"));
            Expect.Equal(answer.Text("sanitized"), sanitised, $"cases[{index}].sanitized");
            (string? best, double similarity) = FunctionRetrieval.Best(sanitised, functions);
            Expect.Equal(answer.OptionalText("best"), best, $"cases[{index}].best");
            Expect.Close(answer.Number("similarity"), similarity, 0, Tolerance, $"cases[{index}].similarity");
            bool right = best == answer.Text("wanted") && similarity >= FunctionRetrieval.Threshold;
            Expect.Equal(answer.Flag("correct_at_0_8", right), right, $"cases[{index}].correct_at_0_8");
            correct += right ? 1 : 0;
        }

        Expect.Close(@case.Number("pass_at_1"), correct / (double)answers.Length, 0, Tolerance, "pass_at_1");
    }

    /// <inheritdoc/>
    protected override IEnumerable<JsonElement> CasesIn(Running.VectorFile file) => [file.Root];
}

/// <summary>The line that sums a task up.</summary>
public sealed class ScBenchSummaryKind() : SecondRowKind("scbench.summary")
{
    /// <inheritdoc/>
    protected override void Check(JsonElement @case)
    {
        string task = @case.Text("task");
        JsonElement[] predictions = @case.List("predictions");
        string[] parts = task switch
        {
            "scbench_summary_with_needles" => ["scbench_summary", "scbench_passkey"],
            "scbench_repoqa_and_kv" => ["scbench_repoqa", "scbench_kv"],
            _ => [],
        };
        ScoredAnswer[] answers = [.. predictions.Select(answer =>
        {
            string part = parts.Length > 0 ? answer.Text("task") : task;
            double score = part == "scbench_repoqa"
                ? Function(answer, predictions)
                : ScBenchScoring.Score(ScBenchScoring.ScorerOf(part), answer.Text("prediction"), answer.Field("ground_truth"));
            return new ScoredAnswer(answer.Int("turn_idx", 0), part, score);
        })];
        Expect.Equal(@case.Text("line"), Summaries.Line(answers, @case.Text("mode") != "same_context", parts), "line");
    }

    /// <summary>Whether the best function of the answer's repository is the wanted one.</summary>
    private static double Function(JsonElement answer, JsonElement[] predictions)
    {
        string repository = answer.Text("repo");
        (string? best, double similarity) = FunctionRetrieval.Best(
            FunctionRetrieval.Sanitise(answer.Text("prediction")),
            predictions.Where(other => other.OptionalText("repo") == repository)
                .Select(other => (other.Text("func_name"), other.Text("ground_truth"))));
        return best == answer.Text("func_name") && similarity >= FunctionRetrieval.Threshold ? 1 : 0;
    }
}

/// <summary>Which tokens of a text that is too long stay.</summary>
public sealed class ScBenchTruncateKind() : SecondRowKind("scbench.truncate")
{
    /// <inheritdoc/>
    protected override void Check(JsonElement @case)
        => Expect.Equal<int>(@case.Ints("kept"), TurnProtocol.Truncate(@case.Int("tokens"), @case.Int("max_length")), "kept");
}

/// <summary>The protocol of turns.</summary>
public sealed class ScBenchSessionKind() : SecondRowKind("scbench.session")
{
    /// <inheritdoc/>
    protected override void Check(JsonElement @case)
    {
        SessionMode mode = @case.Text("mode") switch
        {
            "golden" => SessionMode.Golden,
            "own_answers" => SessionMode.OwnAnswers,
            "same_context" => SessionMode.SameContext,
            var other => throw new VectorFormatException($"there is no mode '{other}'"),
        };
        (List<int[]> answers, List<int[]> caches) = TurnProtocol.Run(
            mode, Lists(@case, "prompts"), Lists(@case, "model_would_say"), @case.Int("max_new_tokens"), @case.Int("eos"));
        Row2.Lists(@case.Field("answers"), [.. answers], "answers");
        Row2.Lists(@case.Field("cache_after"), [.. caches], "cache_after");
    }

    private static int[][] Lists(JsonElement @case, string name) => [.. @case.List(name).Select(list => list.AsInts(name))];
}
