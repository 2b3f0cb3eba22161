using System.Globalization;
using System.Text;
using KvCompose.Evaluation;
using KvCompose.Profiles;
using Spectre.Console;

namespace KvCompose.Samples.Needle;

/// <summary>Measures which heads of a model retrieve, and writes the table.</summary>
internal static class RetrievalRun
{
    private const int Facts = 8;

    public static void Run(RetrievalArguments arguments, IAnsiConsole console, CancellationToken cancellation)
    {
        using AtomicFile file = OutputFile.Create("file", arguments.File);
        using NeedleModel model = NeedleModel.Open(arguments.Model);
        NeedleText[] drawn = [.. model.Task(arguments.Length, Facts, questions: 1).Texts(arguments.Seed).Take(arguments.Texts)];
        using var session = FullCachePipeline.Open(model.Language);
        RetrievalText[] answered = [.. drawn
            .Where(text => NeedleAnswer.Of(session, text, text.Questions[0], cancellation).Exact)
            .Select(text => NeedleCalibration.Retrieval(text, text.Questions[0]))];
        if (answered.Length == 0)
        {
            throw new WrongArgumentException($"--length is {arguments.Length}, but the model answers none of {drawn.Length} such texts right");
        }

        double[][][] scores = RetrievalCalibration.Run(model.Language.Transformer, answered, cancellation);
        Show(scores, console);
        console.WriteLine($"{answered.Length} of {drawn.Length} texts were answered right and count.");
        file.Stream.Write(Encoding.UTF8.GetBytes(Json(scores)));
        file.Commit();
    }

    /// <summary>A line a head, its scores text by text: the form of the published tables.</summary>
    private static string Json(double[][][] scores)
    {
        IEnumerable<string> heads = scores.SelectMany((layer, i) => layer.Select((head, j) => Invariant(
            $"  \"{i}-{j}\": [{string.Join(", ", head.Select(score => score.ToString("G6", CultureInfo.InvariantCulture)))}]")));
        return "{\n" + string.Join(",\n", heads) + "\n}\n";
    }

    private static void Show(double[][][] scores, IAnsiConsole console)
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumn("layer");
        for (int head = 0; head < scores[0].Length; head++)
        {
            table.AddColumn(new TableColumn(Invariant($"head {head}")).RightAligned().NoWrap());
        }

        for (int layer = 0; layer < scores.Length; layer++)
        {
            table.AddRow([Invariant($"{layer}"), .. scores[layer].Select(head => Invariant($"{head.Average():F3}"))]);
        }

        console.Write(table);
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
