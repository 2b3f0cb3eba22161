using System.Globalization;
using System.Text;
using KvCompose.Evaluation;
using KvCompose.Models;
using KvCompose.Profiles;
using Spectre.Console;

namespace KvCompose.Samples.Needle;

/// <summary>Profiles the embedded model and writes what was found.</summary>
internal static class ProfileRun
{
    /// <summary>Each question and its answer are a dozen of the decode steps that heads are judged by.</summary>
    private const int Questions = 8;

    public static void Run(ProfileArguments arguments, IAnsiConsole console, CancellationToken cancellation)
    {
        using AtomicFile file = OpenFile(arguments.File);
        using LanguageModel model = LanguageModel.Load(EmbeddedModel.Folder);
        NeedleVocabulary vocabulary = NeedleVocabulary.Load(Path.Combine(EmbeddedModel.Folder, "words.json"), model.Tokenizer);
        long least = NeedleTask.LeastLength(vocabulary, Questions, Questions);
        if (arguments.Length < least || arguments.Length > model.Shape.Context)
        {
            throw new WrongArgumentException($"--length is {arguments.Length}, expected {least} to the model's context of {model.Shape.Context}");
        }

        var task = new NeedleTask(vocabulary, arguments.Length, Questions, Questions);
        IReadOnlyList<CalibrationText> texts = NeedleCalibration.Texts(task, arguments.Seed, arguments.Texts);
        int prompt = texts[0].PromptTokens;
        HeadCalibrationResult found = HeadCalibration.Run(
            model.Transformer, texts,
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

    private static AtomicFile OpenFile(string path)
    {
        try
        {
            return AtomicFile.Create(path);
        }
        catch (IOException problem)
        {
            throw new WrongArgumentException($"file: {problem.Message}", problem);
        }
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
