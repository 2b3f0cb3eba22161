using System.Globalization;
using System.Text.Json;
using KvCompose.Evaluation;
using KvCompose.Models;
using Spectre.Console;

namespace KvCompose.Samples.Needle;

/// <summary>Finds the propagation layer of a model.</summary>
internal static class CalibrateRun
{
    private const int Facts = 8;

    public static void Run(CalibrateArguments arguments, IAnsiConsole console, CancellationToken cancellation)
    {
        using AtomicFile file = OutputFile.Create("file", arguments.File);
        using NeedleModel opened = NeedleModel.Open(arguments.Model);
        LanguageModel model = opened.Language;
        if (arguments.Last >= model.Shape.Layers)
        {
            throw new WrongArgumentException($"--last is {arguments.Last}, expected a layer from 0 to {model.Shape.Layers - 1}");
        }

        if (arguments.First > arguments.Last)
        {
            throw new WrongArgumentException($"--first is {arguments.First}, behind --last, which is {arguments.Last}");
        }

        NeedleText[] texts = [.. opened.Task(arguments.Length, Facts, questions: 1).Texts(arguments.Seed).Take(arguments.Texts)];
        double[] distances = Distances(model, texts, arguments.Rate, cancellation);
        LayerChoice choice = LayerChoice.Of(distances, arguments.First, arguments.Last, arguments.Epsilon);
        Show(distances, choice, console);
        if (choice.Layer is not { } layer)
        {
            throw new WrongArgumentException(string.Create(
                CultureInfo.InvariantCulture,
                $"--epsilon is {arguments.Epsilon}, but no layer from {arguments.First} to {arguments.Last} comes closer than {distances[choice.Closest]:G4}, layer {choice.Closest}"));
        }

        JsonSerializer.Serialize(file.Stream, new
        {
            layers = model.Shape.Layers,
            layer,
            closest = choice.Closest,
            epsilon = arguments.Epsilon,
            first = arguments.First,
            last = arguments.Last,
            rate = arguments.Rate,
            length = arguments.Length,
            texts = arguments.Texts,
            seed = arguments.Seed,
            distances,
        });
        file.Commit();
    }

    /// <summary>For a propagation layer at each layer, the mean over the texts of the squared distance of the final hidden states.</summary>
    private static double[] Distances(LanguageModel model, NeedleText[] texts, double rate, CancellationToken cancellation)
    {
        var listening = new LastHiddenState<LanguageTransformer>(model.Transformer);
        var distances = new double[model.Shape.Layers];
        using var full = FullCachePipeline.Open(listening);
        foreach (NeedleText text in texts)
        {
            ReadOnlySpan<int> prompt = text.Prompt(text.Questions[0]);
            full.Prefill(prompt, cancellation);
            float[] whole = listening.State.ToArray();
            for (int layer = 0; layer < distances.Length; layer++)
            {
                using var cut = FastKvPipeline.Open(
                    listening, new FastKvPipeline.Options { Propagation = new TokenSelectivePropagation { Layer = layer, Rate = rate } });
                cut.Prefill(prompt, cancellation);
                for (int i = 0; i < whole.Length; i++)
                {
                    double apart = (double)whole[i] - listening.State[i];
                    distances[layer] += apart * apart / texts.Length;
                }
            }
        }

        return distances;
    }

    private static void Show(double[] distances, LayerChoice choice, IAnsiConsole console)
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumns("layer", "distance", "");
        for (int layer = 0; layer < distances.Length; layer++)
        {
            string chosen = layer == choice.Layer ? "earliest that is close" : "";
            string closest = layer == choice.Closest ? "closest" : "";
            table.AddRow(
                layer.ToString(CultureInfo.InvariantCulture), distances[layer].ToString("G4", CultureInfo.InvariantCulture),
                string.Join(", ", new[] { chosen, closest }.Where(static word => word.Length > 0)));
        }

        console.Write(table);
    }
}
