using System.Globalization;
using System.Text;
using KvCompose.Evaluation;
using KvCompose.Profiles;
using Spectre.Console;

namespace KvCompose.Samples.Needle;

/// <summary>Profiles a model and writes what was found.</summary>
internal static class ProfileRun
{
    /// <summary>Each question and its answer are a dozen of the decode steps that heads are judged by.</summary>
    private const int Questions = 8;

    public static void Run(ProfileArguments arguments, IAnsiConsole console, CancellationToken cancellation)
    {
        using AtomicFile file = OutputFile.Create("file", arguments.File);
        using NeedleModel model = NeedleModel.Open(arguments.Model);
        INeedleTask task = model.Task(arguments.Length, Questions, Questions);
        IReadOnlyList<CalibrationText> texts = NeedleCalibration.Texts(task, arguments.Seed, arguments.Texts);
        int prompt = texts[0].PromptTokens;
        HeadCalibrationResult found = HeadCalibration.Run(
            model.Language.Transformer, texts,
            new CalibrationSettings
            {
                TopTokens = arguments.Top > 0 ? arguments.Top : NeedleCalibration.TopTokens(prompt),
                StableThreshold = arguments.Stable,
                SimilarityThreshold = arguments.Similar,
            },
            cancellation);
        Show(found, console);
        file.Stream.Write(Encoding.UTF8.GetBytes(found.Profile.ToJson() + "\n"));
        file.Commit();
    }

    private static void Show(HeadCalibrationResult found, IAnsiConsole console)
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumn("layer");
        for (int head = 0; head < found.Profile.KeyValueHeads; head++)
        {
            table.AddColumn(new TableColumn(Invariant($"head {head}")).NoWrap());
        }

        for (int layer = 0; layer < found.Profile.Layers; layer++)
        {
            table.AddRow([
                Invariant($"{layer}"),
                .. Enumerable.Range(0, found.Profile.KeyValueHeads).Select(head => Invariant(
                    $"{found.Profile.Classes[layer][head]} {found.Layers[layer].Stability[head]:F2}"))]);
        }

        console.Write(table);
        console.WriteLine(Invariant(
            $"{found.Profile.FullHeads} of {found.Profile.Heads} heads keep the whole prompt: a ratio must be above {(double)found.Profile.FullHeads / found.Profile.Heads:F3}"));
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
