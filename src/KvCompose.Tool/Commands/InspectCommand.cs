using System.CommandLine;
using System.Text.Json.Nodes;
using KvCompose.Models;
using Spectre.Console;

namespace KvCompose.Tool.Commands;

/// <summary>What a model's files hold.</summary>
internal static class InspectCommand
{
    public static Command Make(IAnsiConsole console)
    {
        Argument<string> file = CommonOptions.File();
        Option<bool> json = CommonOptions.Json();
        var command = new Command("inspect", "Says what a model's files hold: family, shape, stored types, context.") { file, json };
        command.SetAction(parsed =>
        {
            using LanguageModel model = CommonOptions.Load(parsed.GetValue(file)!, threads: 1);
            console.Profile.Out.Writer.WriteLine(parsed.GetValue(json) ? Report(model).ToJsonString() : Text(model));
        });
        return command;
    }

    private static string Text(LanguageModel model)
    {
        TransformerShape shape = model.Shape;
        return string.Join(
            '\n', model.Report.ToString(),
            $"{shape.Layers} layers, {shape.QueryHeads} query heads and {shape.KeyValueHeads} key-value heads of {shape.HeadDim} elements, width {shape.Hidden}, vocabulary {shape.Vocabulary}",
            string.Join('\n', model.Report.Files));
    }

    private static JsonObject Report(LanguageModel model)
    {
        TransformerShape shape = model.Shape;
        var types = new JsonObject();
        foreach ((string type, int tensors) in model.Report.Types)
        {
            types[type] = tensors;
        }

        return new JsonObject
        {
            ["format"] = model.Report.Format,
            ["family"] = model.Report.Family,
            ["parameters"] = model.Report.Parameters,
            ["fileBytes"] = model.Report.FileBytes,
            ["ownBytes"] = model.Report.OwnBytes,
            ["context"] = model.Context,
            ["layers"] = shape.Layers,
            ["queryHeads"] = shape.QueryHeads,
            ["keyValueHeads"] = shape.KeyValueHeads,
            ["headDim"] = shape.HeadDim,
            ["hidden"] = shape.Hidden,
            ["vocabulary"] = shape.Vocabulary,
            ["tensorsByType"] = types,
            ["files"] = new JsonArray([.. model.Report.Files.Select(static file => (JsonNode)file)]),
            ["notes"] = new JsonArray([.. model.Report.Notes.Select(static note => (JsonNode)note)]),
        };
    }
}
