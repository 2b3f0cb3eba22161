using System.Globalization;
using System.Text;
using System.Text.Json;

namespace KvCompose.Evaluation;

/// <summary>
/// The three files that kvpress's evaluation leaves for a run, with its names of columns and fields, so that rows can be compared with its own.
/// Source: kvpress, evaluation/evaluate.py.
/// </summary>
internal static class KvPressFiles
{
    private static readonly string[] Columns =
        ["task", "question", "answer_prefix", "answer", "max_new_tokens", "predicted_answer", "compression_ratio", "score", "depth", "sample"];

    public static void WritePredictions(Stream target, IEnumerable<CellResult> tasks)
    {
        using var text = new StreamWriter(target, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
        text.WriteLine(Csv.Row(Columns));
        foreach (CellResult task in tasks)
        {
            foreach (Prediction row in task.Predictions)
            {
                text.WriteLine(Csv.Row(
                    task.Key.Task, row.Question, row.AnswerPrefix, List(row.Answers),
                    Number(task.AnswerTokens), row.Predicted, task.Key.CompressionRatio, Number(row.Score),
                    row.Depth is { } depth ? depth.ToString("0.0000", CultureInfo.InvariantCulture) : "", Number(row.Sample)));
            }
        }
    }

    public static void WriteMetrics(Stream target, IEnumerable<CellResult> tasks)
    {
        var metrics = new SortedDictionary<string, Dictionary<string, double>>(StringComparer.Ordinal);
        foreach (CellResult task in tasks)
        {
            var figures = new Dictionary<string, double> { ["string_match"] = MacroMean.OfTask(task.Scores()) };
            if (task.Fidelity is { } fidelity)
            {
                figures["token_agreement"] = MacroMean.OfTask([fidelity.Agreement]);
                figures["kl_divergence"] = Math.Round(fidelity.Divergence, 6);
            }

            metrics[task.Key.Task] = figures;
        }

        JsonSerializer.Serialize(target, metrics, ResultsJson.Default.SortedDictionaryStringDictionaryStringDouble);
    }

    public static void WriteConfiguration(Stream target, CellKey key, EvaluationSetting setting)
    {
        using var text = new StreamWriter(target, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
        text.WriteLine("dataset: kvcompose");
        text.WriteLine($"data_dir: {Quoted(Number(key.Length))}");
        text.WriteLine($"model: {Quoted(setting.Model)}");
        text.WriteLine($"press_name: {Quoted(key.Pipeline)}");
        text.WriteLine($"compression_ratio: {key.CompressionRatio}");
        text.WriteLine($"query_aware: {(key.Mode == QuestionMode.QueryAware ? "true" : "false")}");
        text.WriteLine($"samples: {Number(setting.Samples)}");
        text.WriteLine($"essay: {Quoted(setting.Essay)}");
        text.WriteLine($"seed: {Number(setting.Seed)}");
    }

    /// <summary>A list of strings that JSON and Python read alike.</summary>
    private static string List(IEnumerable<string> items) => $"[{string.Join(", ", items.Select(item => JsonSerializer.Serialize(item, ResultsJson.Default.String)))}]";

    private static string Number(IFormattable number) => number.ToString(null, CultureInfo.InvariantCulture);

    /// <summary>A YAML string in single quotes, in which only they are special.</summary>
    private static string Quoted(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal).ReplaceLineEndings(" ")}'";
}
