using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using KvCompose.Models;
using KvCompose.Models.Sampling;
using KvCompose.Serving;
using Spectre.Console;

namespace KvCompose.Tool.Commands;

/// <summary>Requests at once over the same one after the other, and what a shared beginning of prompts saves.</summary>
internal static class BenchCommand
{
    private static readonly HashSet<int> NoEnd = [];

    public static Command Make(IAnsiConsole console)
    {
        Option<string> path = CommonOptions.Model(), pipeline = CommonOptions.Pipeline();
        Option<int> requests = CommonOptions.Whole("--requests", "Requests at once.", 16, 1, 256);
        Option<int> prompt = CommonOptions.Whole("--prompt-tokens", "Length of a prompt.", 512, 1, 1 << 20);
        Option<int> answer = CommonOptions.Whole("--answer-tokens", "Length of an answer.", 64, 1, 4096);
        Option<int> shared = CommonOptions.Whole("--shared-tokens", "How many of the prompt's first tokens all requests share.", 0, 0,
            1 << 20);
        Option<int> threads = CommonOptions.Whole("--threads", "Threads to compute with; 0 chooses.", 0, 0, 1024);
        Option<bool> json = CommonOptions.Json();
        var command = new Command("bench", "Measures requests at once over one after the other.") { path, pipeline, requests, prompt,
            answer, shared, threads, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            ServedPipeline named = PipelineTable.Find(parsed.GetValue(pipeline)!);
            using LanguageModel model = CommonOptions.Load(parsed.GetValue(path)!, parsed.GetValue(threads));
            GenerationRequest[] asked = Requests(
                model, named.Name, parsed.GetValue(requests), parsed.GetValue(prompt),
                    Math.Min(parsed.GetValue(shared), parsed.GetValue(prompt) - 1), parsed.GetValue(answer));
            (double one, _) = await MeasureAsync(model, asked, 1, cancellation).ConfigureAwait(false);
            (double many, Generation[] answers) = await MeasureAsync(model, asked, asked.Length, cancellation).ConfigureAwait(false);
            double first = answers[0].TimeToFirstToken.TotalSeconds;
            var report = new JsonObject
            {
                ["requests"] = asked.Length,
                ["promptTokens"] = asked[0].Prompt.Count,
                ["answerTokens"] = asked[0].MaxTokens,
                ["sharedTokens"] = answers.Length > 1 ? answers[^1].ReusedTokens : 0,
                ["secondsOneAfterTheOther"] = Math.Round(one, 3),
                ["secondsAtOnce"] = Math.Round(many, 3),
                ["throughputRatio"] = Math.Round(one / many, 3),
                ["firstTokenSeconds"] = Math.Round(first, 3),
                ["tokensPerSecondAtOnce"] = Math.Round(asked.Length * asked[0].MaxTokens!.Value / many, 1),
            };
            console.Profile.Out.Writer.WriteLine(parsed.GetValue(json) ? report.ToJsonString() : Text(report));
            return ExitCode.Done;
        });
        return command;
    }

    private static GenerationRequest[] Requests(LanguageModel model, string pipeline, int count, int prompt, int shared, int answer)
    {
        var random = new Random(1);
        int[] common = Tokens(shared);
        return [.. Enumerable.Range(0, count).Select(_ => new GenerationRequest
        {
            Prompt = [.. common, .. Tokens(prompt - shared)],
            Pipeline = pipeline,
            MaxTokens = answer,
            Sampling = new SamplingOptions { Temperature = 0 },
            EndTokens = NoEnd,
        })];

        int[] Tokens(int length) => [.. Enumerable.Range(0, length).Select(_ => random.Next(model.Shape.Vocabulary))];
    }

    private static async Task<(double Seconds, Generation[] Answers)> MeasureAsync(LanguageModel model, GenerationRequest[] requests,
        int atOnce, CancellationToken cancellation)
    {
        await using var engine = new ServingEngine(
            model, PipelineTable.All, new ServingOptions
            {
                MaxRunning = atOnce,
                MaxChoices = 1,
                MaxWaiting = Math.Max(256,
                requests.Length),
                MaxCacheBytes = 8L << 30
            });
        await ReadAsync(engine.Submit(requests[0] with { Prompt = [.. requests[0].Prompt.Take(16)], MaxTokens = 4, Client = "warm" }),
            cancellation).ConfigureAwait(false);
        var clock = Stopwatch.StartNew();
        Generation[] answers = [.. requests.Select(request => engine.Submit(request))];
        await Task.WhenAll(answers.Select(answer => ReadAsync(answer, cancellation))).ConfigureAwait(false);
        return (clock.Elapsed.TotalSeconds, answers);
    }

    private static async Task ReadAsync(Generation generation, CancellationToken cancellation)
    {
        await foreach (GeneratedPiece _ in generation.WithCancellation(cancellation).ConfigureAwait(false))
        {
        }
    }

    private static string Text(JsonObject report)
        => string.Join('\n', report.Select(static figure => string.Create(CultureInfo.InvariantCulture,
            $"{figure.Key,-24} {figure.Value}")));
}
