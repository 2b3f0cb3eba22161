using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using KvCompose.Models;
using KvCompose.Serving;
using Spectre.Console;

namespace KvCompose.Tool.Commands;

/// <summary>What each pipeline's cache costs with a model: a prompt is processed, and what stays is counted.</summary>
internal static class PlanCommand
{
    public static Command Make(IAnsiConsole console)
    {
        Argument<string> file = CommonOptions.File();
        Option<int> tokens = CommonOptions.Whole("--tokens", "Length of the prompt.", 2048, 1, 1 << 20);
        Option<int> threads = CommonOptions.Whole("--threads", "Threads to compute with; 0 chooses.", 0, 0, 1024);
        Option<string[]> only = new("--pipeline")
        {
            Description = "The pipelines; all if none is named.",
            HelpName = "NAME",
            AllowMultipleArgumentsPerToken = true
        };
        Option<bool> json = CommonOptions.Json();
        var command = new Command("plan", "Counts what each pipeline's cache holds of a prompt with this model.") { file, tokens, threads,
            only, json };
        command.SetAction((parsed, cancellation) =>
        {
            ServedPipeline[] pipelines = parsed.GetValue(only) is { Length: > 0 } named ? [.. named.Select(PipelineTable.Find)]
                : [.. PipelineTable.All];
            using LanguageModel model = CommonOptions.Load(parsed.GetValue(file)!, parsed.GetValue(threads));
            int length = Math.Min(parsed.GetValue(tokens), model.Context);
            List<Row> rows = [.. pipelines.Select(pipeline => Measure(model, pipeline, length, cancellation))];
            if (parsed.GetValue(json))
            {
                console.Profile.Out.Writer.WriteLine(Report(model, length, rows).ToJsonString());
            }
            else
            {
                Show(console, model, length, rows);
            }

            return Task.FromResult(ExitCode.Done);
        });
        return command;
    }

    private static Row Measure(LanguageModel model, ServedPipeline pipeline, int length, CancellationToken cancellation)
    {
        using KvSession session = pipeline.Open(model, new SessionLimits(1, 0));
        var random = new Random(1);
        session.Prefill([.. Enumerable.Range(0, length).Select(_ => random.Next(model.Shape.Vocabulary))], cancellation);
        CacheUsage usage = session.Usage;
        return new Row(pipeline, usage.BytesHeld, usage.TokensPerHead, session.TierUsage.HostBytes, session.PrefixReuse);
    }

    private static long Full(LanguageModel model, int length)
        => 2L * 2 * model.Shape.Layers * model.Shape.KeyValueHeads * model.Shape.HeadDim * length;

    private static void Show(IAnsiConsole console, LanguageModel model, int length, List<Row> rows)
    {
        var table = new Table().Title(string.Create(CultureInfo.InvariantCulture,
            $"a prompt of {length} tokens; every token in fp16 takes {Full(model, length) / 1048576.0:F1} MiB"));
        foreach (string column in (string[])["pipeline", "keeps", "tokens a head", "MiB resident", "share", "MiB on the host",
            "shares prefixes"])
        {
            table.AddColumn(column);
        }

        foreach (Row row in rows)
        {
            table.AddRow(
                row.Pipeline.Name, row.Pipeline.Description, row.TokensPerHead.ToString("F0", CultureInfo.InvariantCulture),
                    Mebibytes(row.Bytes),
                (100.0 * row.Bytes / Full(model, length)).ToString("F1", CultureInfo.InvariantCulture) + " %", Mebibytes(row.HostBytes),
                    Word(row.Reuse));
        }

        console.Write(table);
    }

    private static string Word(PrefixReuse reuse) => reuse switch
    {
        PrefixReuse.Any => "yes",
        PrefixReuse.Whole => "whole ones",
        _ => "no",
    };

    private static string Mebibytes(long bytes) => (bytes / 1048576.0).ToString("F2", CultureInfo.InvariantCulture);

    private static JsonObject Report(LanguageModel model, int length, List<Row> rows) => new()
    {
        ["promptTokens"] = length,
        ["bytesFullCache"] = Full(model, length),
        ["pipelines"] = new JsonArray([.. rows.Select(static row => (JsonNode)new JsonObject
        {
            ["name"] = row.Pipeline.Name,
            ["description"] = row.Pipeline.Description,
            ["bytesHeld"] = row.Bytes,
            ["tokensPerHead"] = row.TokensPerHead,
            ["hostBytes"] = row.HostBytes,
            ["prefixReuse"] = row.Reuse.ToString(),
        })]),
    };

    private sealed record Row(ServedPipeline Pipeline, long Bytes, double TokensPerHead, long HostBytes, PrefixReuse Reuse);
}
